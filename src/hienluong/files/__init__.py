"""The vault of bytes: sealed on disk before anything is acknowledged, one ciphertext, one key per holding agency.

Destroying a holder's copy means deleting that holder's key (Decree 30/2020, App. VI, III.8); when the last
holder's key goes, the ciphertext goes too. See docs/decisions/0003.
"""
