"""Addresses of the pages about deadlines."""

from django.urls import path

from hienluong.deadlines import pages

app_name = "deadlines"
urlpatterns = [
    path("", pages.index, name="deadlines"),
    path("export/<str:form>/", pages.export, name="export"),
    path("agencies/", pages.agencies, name="agencies"),
    path("agencies/export/<str:form>/", pages.export_agencies, name="export_agencies"),
    path("agencies/<uuid:agency_id>/", pages.of_agency, name="agency"),
    path("agencies/<uuid:agency_id>/export/<str:form>/", pages.export, name="export_agency"),
    path("announce/", pages.announce, name="announce"),
    path("<int:clock_id>/cancel/", pages.cancel, name="cancel"),
]
