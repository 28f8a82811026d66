"""Pages of the directory: signing in and choosing a post; the working calendar."""
