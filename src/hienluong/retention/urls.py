"""Addresses of the pages about keeping and destroying."""

from django.urls import path

from hienluong.retention.pages import disposals, holds, periods

app_name = "retention"
urlpatterns = [
    path("", disposals.index, name="disposals"),
    path("propose/", disposals.propose, name="propose"),
    path("disposals/<uuid:disposal_id>/", disposals.show, name="disposal"),
    path("disposals/<uuid:disposal_id>/approve/", disposals.approve, name="approve"),
    path("disposals/<uuid:disposal_id>/decline/", disposals.decline, name="decline"),
    path("disposals/<uuid:disposal_id>/take-back/", disposals.take_back, name="take_back"),
    path("disposals/<uuid:disposal_id>/certificate/", disposals.certificate, name="certificate"),
    path("disposals/<uuid:disposal_id>/certificate.<str:form>", disposals.export, name="export"),
    path("holds/", holds.index, name="holds"),
    path("holds/<uuid:hold_id>/", holds.show, name="hold"),
    path("holds/<uuid:hold_id>/lift/", holds.lift, name="lift_hold"),
    path("packets/<uuid:packet_id>/hold/", holds.place, name="place_hold"),
    path("periods/", periods.index, name="periods"),
    path("periods/set/", periods.add, name="set_period"),
    path("periods/<uuid:period_id>/end/", periods.end, name="end_period"),
]
