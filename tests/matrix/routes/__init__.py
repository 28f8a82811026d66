"""The persona matrix: one table per module. `doors.py` says how to read them, `personas.py` who everybody is."""
