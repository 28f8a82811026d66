"""Addresses of the pages about documents after they were sent."""

from django.urls import path

from hienluong.corrections import pages

app_name = "corrections"
urlpatterns = [
    path("recalls/", pages.recalls, name="recalls"),
    path("packets/<uuid:packet_id>/recall/", pages.recall, name="recall"),
    path("packets/<uuid:packet_id>/revoke/", pages.revoke, name="revoke"),
    path("deliveries/<int:delivery_id>/correct/", pages.correct, name="correct"),
]
