"""Pages about agencies' systems: keys, rights to send for others, the sandbox."""
