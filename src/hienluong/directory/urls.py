"""Addresses of the directory's pages."""

from django.urls import path

from hienluong.directory.pages import agencies, agency_acts, agency_imports, calendar

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
    path("imports/", agency_imports.show_list, name="imports"),
    path("imports/new/", agency_imports.hand_in, name="new_import"),
    path("imports/<uuid:import_id>/", agency_imports.show, name="import"),
    path("imports/<uuid:import_id>/confirm/", agency_imports.confirm, name="confirm_import"),
    path("imports/<uuid:import_id>/discard/", agency_imports.discard, name="discard_import"),
    path("imports/<uuid:import_id>/undo/", agency_imports.undo, name="undo_import"),
    path("calendar/", calendar.show, name="calendar"),
    path("calendar/days/", calendar.set_day, name="set_calendar_day"),
    path("calendar/days/<int:day_id>/remove/", calendar.remove_day, name="remove_calendar_day"),
    path("calendar/hours/", calendar.set_hours, name="set_working_hours"),
]
