"""Pages of signing in and choosing a post."""
