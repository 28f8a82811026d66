"""Pages of the directory: the working calendar."""
