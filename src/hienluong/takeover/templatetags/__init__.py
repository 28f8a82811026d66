"""Template tags and filters of taking over."""
