"""Addresses of the directory's pages and of the token endpoint."""

from django.urls import include, path

from hienluong.directory.pages import calendar, sign_in
from hienluong.directory.tokens import token_endpoint

_named = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/once/<str:token>/", sign_in.sign_in_once, name="sign_in_once"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("acting-for/", sign_in.switch_post, name="switch_post"),
    path("directory/calendar/", calendar.show, name="calendar"),
    path("directory/calendar/days/", calendar.set_day, name="set_calendar_day"),
    path("directory/calendar/days/<int:day_id>/remove/", calendar.remove_day, name="remove_calendar_day"),
    path("directory/calendar/hours/", calendar.set_hours, name="set_working_hours"),
    path("api/oauth/token", token_endpoint, name="token"),
]
urlpatterns = [
    path("", include((_named, "directory"))),
    path("sign-in/", sign_in.sign_in, name="account_login"),  # the name by which allauth asks for the page
]
