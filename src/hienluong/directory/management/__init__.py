"""Commands of the directory for the server's own command line."""
