"""The addresses of the pages on which a document is written and sent."""

from django.urls import path

from hienluong.composing import pages

app_name = "composing"
urlpatterns = [
    path("send/", pages.send, name="send"),
    path("send/save/", pages.save, name="save"),
    path("drafts/", pages.draft_list, name="drafts"),
    path("drafts/<uuid:draft_id>/discard/", pages.discard, name="discard"),
]
