"""Public Python API of the monitoring: what modules above show of the platform, and what they measure for it."""

from hienluong.monitoring.conditions import Reading, offer_probe, readings
from hienluong.monitoring.queries import Glance, glance, overview
from hienluong.monitoring.standing_in import stand_in

__all__ = ["Glance", "Reading", "glance", "offer_probe", "overview", "readings", "stand_in"]
