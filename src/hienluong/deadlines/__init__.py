"""Legal clocks on documents that cross the axis: when each must be sent, told of and answered, and who is late.

Decision 28/2018/QĐ-TTg art. 6.2 (sent on the day of signing, at the latest in the morning of the next working day; urgent
ones at once) and Decree 30/2020/NĐ-CP art. 18.1 and 21.2.c (the sender is told of the arrival within the day).
"""
