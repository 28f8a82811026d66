"""Addresses of the pages about reasons."""

from django.urls import path

from hienluong.reasons import pages

app_name = "reasons"
urlpatterns = [
    path("", pages.reasons, name="reasons"),
    path("new/", pages.add, name="add"),
    path("<uuid:reason_id>/change/", pages.change, name="change"),
    path("<uuid:reason_id>/end/", pages.end, name="end"),
]
