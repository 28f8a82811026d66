"""How long documents are kept, what keeps them longer, and how they are destroyed by two people.

Periods are configuration: no public source we could reach gives them for the merged province, so none is shipped.
Archives law 33/2024/QH15 and Decree 30/2020/NĐ-CP (App. VI) are the frame. Stands above the exchange, whose packets
it is about (docs/decisions/0023).
"""
