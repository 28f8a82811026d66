"""Addresses of the directory's pages."""

from django.urls import path

from hienluong.directory.pages import calendar

app_name = "directory"
urlpatterns = [
    path("calendar/", calendar.show, name="calendar"),
    path("calendar/days/", calendar.set_day, name="set_calendar_day"),
    path("calendar/days/<int:day_id>/remove/", calendar.remove_day, name="remove_calendar_day"),
    path("calendar/hours/", calendar.set_hours, name="set_working_hours"),
]
