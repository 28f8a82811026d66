"""Addresses of the pages about signatures."""

from django.urls import path

from hienluong.signing import pages

app_name = "signing"
urlpatterns = [path("signatures/", pages.check, name="check")]
