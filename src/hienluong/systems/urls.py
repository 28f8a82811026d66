"""Addresses of agencies' systems and of the token endpoint."""

from django.urls import path

from hienluong.systems.pages import rights, systems
from hienluong.systems.tokens import token_endpoint

app_name = "systems"
urlpatterns = [
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
