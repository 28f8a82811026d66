"""Who is who: agencies and their codes, administrative units, people, posts, roles, agencies' systems.

Agency codes follow Decision 20/2020/QĐ-TTg, with the older QCVN 102:2016 codes as aliases; both carry validity dates.
"""
