"""Addresses of signing in, of one's own account, of accounts and sign-on for administrators, and of the endpoints."""

from allauth.idp.oidc import views as provider
from django.db import transaction
from django.urls import include, path
from django.urls.resolvers import URLPattern, URLResolver

from hienluong.identity.pages import (
    account,
    accounts,
    passwords,
    providers,
    reminders,
    second_factor,
    sign_in,
    sign_on,
    sign_on_clients,
)

_named: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/once/<str:token>/", sign_in.sign_in_once, name="sign_in_once"),
    path("sign-in/with/<slug:provider_id>/", providers.sign_in_with, name="sign_in_with"),
    path("sign-in/forgotten/", passwords.forgotten_password, name="forgotten_password"),
    path("sign-in/forgotten/<str:uid>/<str:token>/", passwords.new_password, name="new_password"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("acting-for/", sign_in.switch_post, name="switch_post"),
    path("account/", account.account, name="account"),
    path("account/password/", passwords.change_password, name="change_password"),
    path("account/second-factor/", second_factor.second_factor_needed, name="second_factor_needed"),
    path("account/reminders/", reminders.ways, name="reminders"),
    path("account/reminders/browsers/", reminders.subscribe, name="subscribe_browser"),
    path(
        "account/reminders/browsers/<int:subscription_id>/remove/",
        reminders.remove_browser,
        name="remove_browser",
    ),
    path("account/sessions/end-others/", account.end_other_sessions, name="end_other_sessions"),
    path("account/sessions/<int:session_id>/end/", account.end_session, name="end_session"),
    path("account/identities/link/<slug:provider_id>/", providers.link_with, name="link_with"),
    path("account/identities/<int:identity_id>/unlink/", account.unlink, name="unlink"),
    path("accounts/", accounts.account_list, name="accounts"),
    path("accounts/<int:user_id>/", accounts.account_detail, name="account_detail"),
    path("accounts/<int:user_id>/second-factor/", accounts.confirm_reset, name="confirm_reset"),
    path("accounts/<int:user_id>/unlock/", accounts.account_act, {"act": "unlock"}, name="unlock_account"),
    path(
        "accounts/<int:user_id>/end-sessions/",
        accounts.account_act,
        {"act": "end-sessions"},
        name="end_account_sessions",
    ),
    path("accounts/<int:user_id>/close/", accounts.account_act, {"act": "close"}, name="close_account"),
    path("accounts/<int:user_id>/reopen/", accounts.account_act, {"act": "reopen"}, name="reopen_account"),
    path(
        "accounts/<int:user_id>/reset-second-factor/",
        accounts.account_act,
        {"act": "reset-second-factor"},
        name="reset_second_factor",
    ),
    path("sign-on/clients/", sign_on_clients.client_list, name="sign_on_clients"),
    path("sign-on/clients/new/", sign_on_clients.register, name="register_sign_on_client"),
    path("sign-on/clients/<uuid:client_id>/", sign_on_clients.client_detail, name="sign_on_client"),
    path("sign-on/clients/<uuid:client_id>/rotate/", sign_on_clients.rotate, name="rotate_sign_on_secret"),
    path("sign-on/clients/<uuid:client_id>/end/", sign_on_clients.end, name="end_sign_on_client"),
]
# The names by which allauth asks for its pages.
_of_allauth: list[URLPattern | URLResolver] = [
    path("sign-in/", sign_in.sign_in, name="account_login"),
    path("sign-in/code/", second_factor.SignInCodeView.as_view(), name="mfa_authenticate"),
    path("sign-in/passkey/", second_factor.PasskeySignInView.as_view(), name="mfa_login_webauthn"),
    path("sign-in/with/<slug:provider_id>/callback/", providers.returned, name="openid_connect_callback"),
    path("account/", account.account, name="mfa_index"),
    path("account/", account.account, name="mfa_list_webauthn"),
    path("account/confirm/", second_factor.ConfirmPasswordView.as_view(), name="account_reauthenticate"),
    path("account/confirm/code/", second_factor.ConfirmCodeView.as_view(), name="mfa_reauthenticate"),
    path(
        "account/confirm/passkey/",
        second_factor.ConfirmPasskeyView.as_view(),
        name="mfa_reauthenticate_webauthn",
    ),
    path("account/app/", second_factor.ActivateAppView.as_view(), name="mfa_activate_totp"),
    path("account/app/remove/", second_factor.DeactivateAppView.as_view(), name="mfa_deactivate_totp"),
    path("account/passkeys/add/", second_factor.AddPasskeyView.as_view(), name="mfa_add_webauthn"),
    path(
        "account/passkeys/<int:pk>/remove/",
        second_factor.RemovePasskeyView.as_view(),
        name="mfa_remove_webauthn",
    ),
    path(
        "account/recovery-codes/", second_factor.RecoveryCodesView.as_view(), name="mfa_view_recovery_codes"
    ),
    path(
        "account/recovery-codes/renew/",
        second_factor.RenewRecoveryCodesView.as_view(),
        name="mfa_generate_recovery_codes",
    ),
]
for _page in _of_allauth:  # what they change of an account commits together with the entry that says so
    if (
        isinstance(_page, URLPattern) and _page.name != "openid_connect_callback"
    ):  # it calls another server first: `providers` sees to it
        _page.callback = transaction.atomic(_page.callback)
# Single sign-on of agencies' systems. The token endpoint that answers is that of `systems`, which stands before it in
# config.urls and counts refusals; here it has the name by which allauth tells of it.
_sign_on: list[URLPattern | URLResolver] = [
    path(".well-known/openid-configuration", sign_on.configuration, name="configuration"),
    path("sign-on/keys.json", provider.jwks, name="jwks"),
    path("sign-on/authorize/", sign_on.ConsentView.as_view(), name="authorization"),
    path("sign-on/userinfo", provider.user_info, name="userinfo"),
    path("sign-on/revoke", provider.revoke, name="revoke"),
    path("api/oauth/token", provider.token, name="token"),
]
urlpatterns: list[URLPattern | URLResolver] = [
    path("", include((_named, "identity"))),
    *_of_allauth,
    path("", include(([path("", include((_sign_on, "oidc")))], "idp"))),
]
