"""Names the module to Django."""

from django.apps import AppConfig


class MailboxConfig(AppConfig):
    """An agency's documents as its people look for them."""

    name = "hienluong.mailbox"
