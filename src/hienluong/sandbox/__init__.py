"""The sandbox's partner: a test agency that answers by itself, so that developers try every turn of the axis alone.

Stands above the exchange and does nothing that an agency's own system could not do through its service.
"""
