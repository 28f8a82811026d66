"""The ways a packet leaves the axis: one plug-in per kind of recipient; a recipient's row names its channel."""
