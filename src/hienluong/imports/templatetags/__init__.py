"""Tags of the pages about imports."""
