"""Addresses of signing in, of the token endpoint and of agencies' systems."""

from django.urls import include, path

from hienluong.identity.pages import rights, sign_in, systems
from hienluong.identity.tokens import token_endpoint

_named = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/once/<str:token>/", sign_in.sign_in_once, name="sign_in_once"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("acting-for/", sign_in.switch_post, name="switch_post"),
    path("api/oauth/token", token_endpoint, name="token"),
    path("systems/", systems.index, name="systems"),
    path("systems/register/", systems.register, name="register_system"),
    path("systems/sandbox/", systems.sandbox, name="open_sandbox"),
    path("sending-rights/", rights.index, name="rights"),
    path("sending-rights/<int:right_id>/end/", rights.end, name="end_right"),
    path("systems/<uuid:system_id>/", systems.show, name="system"),
    path("systems/<uuid:system_id>/rotate/", systems.rotate, name="rotate_secret"),
    path("systems/<uuid:system_id>/secrets/<str:key_id>/end/", systems.end_secret, name="end_secret"),
    path("systems/<uuid:system_id>/networks/", systems.networks, name="system_networks"),
    path("systems/<uuid:system_id>/rights/grant/", rights.grant, name="grant_rights"),
    path("systems/<uuid:system_id>/end/", systems.end, name="end_system"),
]
urlpatterns = [
    path("", include((_named, "identity"))),
    path("sign-in/", sign_in.sign_in, name="account_login"),  # the name by which allauth asks for the page
]
