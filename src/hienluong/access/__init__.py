"""Watches over rights: alerts of every change (Decree 30/2020/NĐ-CP, App. VI, III.3), quarterly reviews, break-glass.

It decides nothing about what one may do: it listens to the modules that do, and stands between them and the content.
"""
