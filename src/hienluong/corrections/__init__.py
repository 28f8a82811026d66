"""What becomes of documents after they were sent: revoked, updated, replaced, asked back, sent to the right agency.

Stands above the exchange, which carries the packets and keeps the states: here is what they mean for each other
(QCVN 102 kinds 1 to 3 and statuses 13, 15, 16; Decree 30/2020/NĐ-CP, art. 18 and App. VI, III.8).
"""
