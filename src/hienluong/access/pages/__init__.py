"""Pages of alerts, cases, reviews, break-glass, and of who may do what."""
