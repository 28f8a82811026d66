"""Tags of the pages about signatures."""
