"""Reads of what was taken over; every list is scoped to the actor's agency, or holds no content."""
