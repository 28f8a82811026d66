"""The pages of the monitoring: each makes one call into the module's queries or commands and shows the answer."""
