"""Addresses of the directory's pages."""

from django.urls import path

from hienluong.directory.pages import agencies, agency_acts, calendar

app_name = "directory"
urlpatterns = [
    path("agencies/", agencies.show_list, name="agencies"),
    path("agencies/export/<str:form>/", agencies.export, name="export_agencies"),
    path("agencies/new/", agency_acts.create, name="new_agency"),
    path("agencies/tree/", agencies.tree, name="agency_tree"),
    path("agencies/tree/<uuid:agency_id>/", agencies.tree, name="agency_branch"),
    path("agencies/<uuid:agency_id>/", agencies.show, name="agency"),
    path("agencies/<uuid:agency_id>/codes/<int:code_id>/end/", agency_acts.end_code, name="end_agency_code"),
    path("agencies/<uuid:agency_id>/<str:act>/", agency_acts.act, name="agency_act"),
    path("communes/", agencies.communes, name="communes"),
    path("calendar/", calendar.show, name="calendar"),
    path("calendar/days/", calendar.set_day, name="set_calendar_day"),
    path("calendar/days/<int:day_id>/remove/", calendar.remove_day, name="remove_calendar_day"),
    path("calendar/hours/", calendar.set_hours, name="set_working_hours"),
]
