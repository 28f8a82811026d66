"""The axis as its operators watch it: what waits, what failed and why, trying again, the disk, figures, alarms.

Metadata only, never what is in a packet. It stands above the exchange and the webhooks: it reads what they hold and
calls what they offer.
"""
