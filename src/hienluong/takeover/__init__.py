"""Taking over from an earlier system: its registers and packets as history, its numbers continued, both systems compared.

Registers are those of Decree 30/2020/NĐ-CP, App. IV; number and notation follow its art. 15; packets are edXML
(QCVN 102:2016). What is taken over was never carried by this axis: it is not delivered, and not counted as sent.
"""
