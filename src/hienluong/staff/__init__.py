"""Who works where: people looked up and imported, leaves and stand-ins, hand-overs, who signs for whom.

It stands on the directory, which keeps people, posts and accounts; signing authority follows Decree 30/2020/NĐ-CP, art. 13.
"""
