"""The address of the page on which a document is written and sent."""

from django.urls import path

from hienluong.composing import pages

app_name = "composing"
urlpatterns = [
    path("send/", pages.send, name="send"),
]
