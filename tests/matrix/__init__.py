"""Who may pass through which door."""
