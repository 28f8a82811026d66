"""Addresses of signing in and of the token endpoint."""

from django.urls import include, path

from hienluong.identity.pages import sign_in
from hienluong.identity.tokens import token_endpoint

_named = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/once/<str:token>/", sign_in.sign_in_once, name="sign_in_once"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("acting-for/", sign_in.switch_post, name="switch_post"),
    path("api/oauth/token", token_endpoint, name="token"),
]
urlpatterns = [
    path("", include((_named, "identity"))),
    path("sign-in/", sign_in.sign_in, name="account_login"),  # the name by which allauth asks for the page
]
