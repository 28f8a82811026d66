"""The document interchange axis of the province and its link to the national axis (trục liên thông văn bản, VXP/VDXP).

Packets are edXML as QCVN 102:2016/BTTTT lays it down and the national axis writes it; duties and deadlines are those
of Decision 28/2018/QĐ-TTg and Decree 30/2020/NĐ-CP. The axis carries sealed packets and knows no records.
"""
