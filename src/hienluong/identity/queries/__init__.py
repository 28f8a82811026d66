"""Reads of identity: one file per subject."""
