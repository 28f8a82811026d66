"""The addresses of the pages of copies."""

from django.urls import path

from hienluong.copies import pages

app_name = "copies"
urlpatterns = [
    path("", pages.index, name="copies"),
    path("export.<str:form>", pages.export, name="export"),
    path("new/", pages.new, name="new"),
    path("<uuid:copy_id>/", pages.show, name="copy"),
    path("<uuid:copy_id>/file/", pages.file, name="file"),
    path("<uuid:copy_id>/number/", pages.number, name="number"),
    path("<uuid:copy_id>/give-up/", pages.give_up, name="give_up"),
    path("<uuid:copy_id>/seal/", pages.seal, name="seal"),
    path("<uuid:copy_id>/prepare/", pages.prepare, name="prepare"),
    path("<uuid:copy_id>/complete/", pages.complete, name="complete"),
    path("<uuid:copy_id>/requests/", pages.requests_file, name="requests"),
    path("<uuid:copy_id>/answer/", pages.answer_file, name="answer"),
]
