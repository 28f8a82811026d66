"""Reads of access: one file per subject."""
