"""Addresses of the pages about groups of recipients."""

from django.urls import path

from hienluong.recipients import pages

app_name = "recipients"
urlpatterns = [
    path("", pages.groups, name="groups"),
    path("new/", pages.new, name="new_group"),
    path("<uuid:group_id>/", pages.group, name="group"),
    path("<uuid:group_id>/change/", pages.change, name="change_group"),
    path("<uuid:group_id>/end/", pages.end, name="end_group"),
]
