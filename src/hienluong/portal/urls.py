"""The addresses of the face."""

from django.urls import path
from django.views.i18n import set_language

from hienluong.portal import pages

app_name = "portal"
urlpatterns = [
    path("", pages.home, name="home"),
    path("notices/", pages.notice_list, name="notices"),
    path("language/", set_language, name="set_language"),
]
