"""The addresses of the lists of documents."""

from django.urls import path

from hienluong.mailbox import pages

app_name = "mailbox"
urlpatterns = [
    path("inbox/", pages.inbox, name="inbox"),
    path("inbox/batch/", pages.batch, name="batch"),
    path("inbox/export.<str:form>", pages.export_inbox, name="export_inbox"),
    path("sent/", pages.sent, name="sent"),
    path("sent/export.<str:form>", pages.export_sent, name="export_sent"),
]
