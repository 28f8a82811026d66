"""Pages: the auditor's, those of a packet's parties, one's own looks, and the public one."""
