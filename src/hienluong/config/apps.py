"""Names the top of the house to Django."""

from django.apps import AppConfig, apps


class HienluongConfig(AppConfig):
    """The top of the house."""

    name = "hienluong.config"
    label = "hienluong_config"

    def ready(self) -> None:
        """Lets the monitoring measure what only this module can, and guards what a module beside the ledger keeps."""
        from hienluong.config import probes  # noqa: F401, PLC0415 - it needs loaded settings
        from hienluong.ledger import service as ledger  # noqa: PLC0415 - it needs loaded models

        # The vault stands beside the ledger and does not know it.
        ledger.guard(apps.get_model("files.Destruction"), journaled="follows the commit, outside of any act")
