"""The persona matrix: one table per module, merged by `test_persona_matrix.py`."""
