"""HTML pages about keeping and destroying."""
