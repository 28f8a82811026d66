"""Pages of signing in and choosing a post, and of agencies' systems."""
