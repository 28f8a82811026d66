"""The pages about people: each makes one call into queries or commands and shows the answer."""
