"""Addresses of the pages about webhooks."""

from django.urls import path

from hienluong.webhooks import pages

app_name = "webhooks"
urlpatterns = [
    path("", pages.index, name="webhooks"),
    path("register/", pages.register, name="register"),
    path("<uuid:webhook_id>/", pages.show, name="webhook"),
    path("<uuid:webhook_id>/kinds/", pages.change, name="change"),
    path("<uuid:webhook_id>/secret/", pages.rotate, name="rotate"),
    path("<uuid:webhook_id>/verify/", pages.verify, name="verify"),
    path("<uuid:webhook_id>/enable/", pages.enable, name="enable"),
    path("<uuid:webhook_id>/replay/", pages.replay, name="replay"),
    path("<uuid:webhook_id>/messages/<uuid:message_id>/replay/", pages.replay_one, name="replay_one"),
    path("<uuid:webhook_id>/end/", pages.end, name="end"),
]
