"""Addresses of the pages about what is kept apart for malware."""

from django.urls import path

from hienluong.antivirus import pages

app_name = "antivirus"
urlpatterns = [
    path("", pages.index, name="quarantine"),
    path("<uuid:packet_id>/", pages.show, name="scan"),
    path("<uuid:packet_id>/release/", pages.release, name="release"),
    path("<uuid:packet_id>/refuse/", pages.refuse, name="refuse"),
    path("<uuid:packet_id>/rescan/", pages.rescan, name="rescan"),
]
