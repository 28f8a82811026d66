"""The peer django-pyas2: what runs in its own environment (`settings`, `prepare`) and what drives it (`peer`)."""
