"""The addresses of the face."""

from django.urls import path
from django.views.decorators.http import require_http_methods
from django.views.i18n import set_language

from hienluong.portal import pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("worker.js", pages.worker, name="worker"),
    path("design/", pages.design, name="design"),
    path("help/", pages.help_index, name="help"),
    path("help/<slug:topic>/", pages.help_text, name="help_text"),
    path("tour/end/", pages.end_tour, name="end_tour"),
    path("search/", pages.search, name="search"),
    path("notices/", pages.notice_list, name="notices"),
    path("notices/<int:notice_id>/", pages.notice, name="notice"),
    path("shortcuts/", pages.shortcuts, name="shortcuts"),
    path("language/", require_http_methods(["GET", "POST"])(set_language), name="set_language"),
]
