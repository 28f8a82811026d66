"""Template filters of the monitoring."""
