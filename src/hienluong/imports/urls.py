"""Addresses of the pages about imports."""

from django.urls import path

from hienluong.imports import pages

app_name = "imports"
urlpatterns = [
    path("", pages.show_list, name="list"),
    path("new/", pages.hand_in, name="new"),
    path("<uuid:import_id>/", pages.show, name="show"),
    path("<uuid:import_id>/confirm/", pages.confirm, name="confirm"),
    path("<uuid:import_id>/discard/", pages.discard, name="discard"),
    path("<uuid:import_id>/undo/", pages.undo, name="undo"),
]
