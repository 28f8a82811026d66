"""Addresses of the public log, which the house puts below /log/."""

from django.urls import path

from hienluong.ledger import pages

app_name = "ledger"
urlpatterns = [
    path("checkpoint", pages.checkpoint, name="checkpoint"),
    path("key-changes/<int:number>", pages.key_change, name="key_change"),
    path("tile/entries/<path:place>", pages.entries, name="entries"),
    path("tile/<str:level>/<path:place>", pages.tile, name="tile"),
]
