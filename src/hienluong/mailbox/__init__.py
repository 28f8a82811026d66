"""An agency's documents as its people look for them: what came in, what was sent, searched and taken along as a table.

The search is that of Decree 30/2020/NĐ-CP, App. VI, Part I, III.6. Stands above the exchange, which knows the documents.
"""
