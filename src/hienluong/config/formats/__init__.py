"""How dates, times and numbers are written, by language; Django looks here by FORMAT_MODULE_PATH."""
