"""Tables that are read: tolerant about their make, strict about what they say."""
