"""The peer django-pyas2: what runs in its own environment (`site`, `prepare`) and what drives it (`peer`)."""
