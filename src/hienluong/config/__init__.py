"""The top of the house: settings, addresses, command line, supervisor, embedded PostgreSQL."""
