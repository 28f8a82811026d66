"""Addresses of the directory's pages and of the token endpoint."""

from django.urls import include, path

from hienluong.directory import pages
from hienluong.directory.tokens import token_endpoint

_named = [
    path("sign-in/", pages.sign_in, name="sign_in"),
    path("sign-in/once/<str:token>/", pages.sign_in_once, name="sign_in_once"),
    path("sign-out/", pages.sign_out, name="sign_out"),
    path("acting-for/", pages.switch_post, name="switch_post"),
    path("api/oauth/token", token_endpoint, name="token"),
]
urlpatterns = [
    path("", include((_named, "directory"))),
    path("sign-in/", pages.sign_in, name="account_login"),  # the name by which allauth asks for the page
]
