"""Template filters of the axis's pages."""
