"""Addresses of signing in, of the token endpoint, and of everything about accounts and rights."""

from django.urls import include, path, register_converter

from hienluong.identity.pages import accounts, alerts, break_glass, reviews, sign_in
from hienluong.identity.tokens import token_endpoint


class QuarterConverter:
    """A quarter in an address, as 2026-Q4."""

    regex = r"\d{4}-Q[1-4]"

    def to_python(self, value: str) -> str:
        """Returns it as it is."""
        return value

    def to_url(self, value: str) -> str:
        """Returns it as it is."""
        return value


register_converter(QuarterConverter, "quarter")
_named = [
    path("sign-in/", sign_in.sign_in, name="sign_in"),
    path("sign-in/once/<str:token>/", sign_in.sign_in_once, name="sign_in_once"),
    path("sign-out/", sign_in.sign_out, name="sign_out"),
    path("acting-for/", sign_in.switch_post, name="switch_post"),
    path("api/oauth/token", token_endpoint, name="token"),
    path("access/alerts/", alerts.show, name="alerts"),
    path("access/alerts/confirm/", alerts.confirm, name="confirm_alerts"),
    path("access/alerts/<int:alert_id>/wrong/", alerts.dispute, name="dispute_alert"),
    path("access/cases/", alerts.cases, name="cases"),
    path("access/cases/<int:case_id>/", alerts.case, name="case"),
    path("access/accounts/", accounts.show, name="accounts"),
    path("access/accounts/<int:user_id>/close/", accounts.close, name="close_account"),
    path("access/accounts/<int:user_id>/reopen/", accounts.reopen, name="reopen_account"),
    path("access/roles/", accounts.who_may_what, name="roles"),
    path("access/reviews/", reviews.show, name="reviews"),
    path("access/reviews/open/", reviews.open_one, name="open_review"),
    path("access/reviews/<quarter:quarter>/", reviews.progress, name="review"),
    path("access/reviews/<quarter:quarter>/agencies/<uuid:agency_id>/", reviews.agency, name="review_agency"),
    path("access/reviews/<quarter:quarter>/carry-out/", reviews.carry_out, name="carry_out_review"),
    path("access/reviews/<quarter:quarter>/finish/", reviews.finish, name="finish_review"),
    path("access/reviews/<quarter:quarter>/export.csv", reviews.export, {"form": "csv"}, name="review_csv"),
    path(
        "access/reviews/<quarter:quarter>/export.xlsx", reviews.export, {"form": "xlsx"}, name="review_xlsx"
    ),
    path("access/break-glass/", break_glass.show, name="break_glass"),
    path("access/break-glass/ask/", break_glass.ask, name="ask_break_glass"),
    path("access/break-glass/<uuid:grant_id>/", break_glass.one, name="break_glass_one"),
    path("access/break-glass/<uuid:grant_id>/end/", break_glass.end, name="end_break_glass"),
]
urlpatterns = [
    path("", include((_named, "identity"))),
    path("sign-in/", sign_in.sign_in, name="account_login"),  # the name by which allauth asks for the page
]
