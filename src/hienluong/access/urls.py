"""Addresses of alerts, cases, reviews, break-glass, and of who may do what."""

from django.urls import path, register_converter

from hienluong.access.pages import alerts, break_glass, reviews, roles


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
app_name = "access"
urlpatterns = [
    path("alerts/", alerts.show, name="alerts"),
    path("alerts/confirm/", alerts.confirm, name="confirm_alerts"),
    path("alerts/<int:alert_id>/wrong/", alerts.dispute, name="dispute_alert"),
    path("cases/", alerts.cases, name="cases"),
    path("cases/<int:case_id>/", alerts.case, name="case"),
    path("roles/", roles.who_may_what, name="roles"),
    path("reviews/", reviews.show, name="reviews"),
    path("reviews/open/", reviews.open_one, name="open_review"),
    path("reviews/<quarter:quarter>/", reviews.progress, name="review"),
    path("reviews/<quarter:quarter>/agencies/<uuid:agency_id>/", reviews.agency, name="review_agency"),
    path("reviews/<quarter:quarter>/carry-out/", reviews.carry_out, name="carry_out_review"),
    path("reviews/<quarter:quarter>/finish/", reviews.finish, name="finish_review"),
    path("reviews/<quarter:quarter>/export.csv", reviews.export, {"form": "csv"}, name="review_csv"),
    path("reviews/<quarter:quarter>/export.xlsx", reviews.export, {"form": "xlsx"}, name="review_xlsx"),
    path("break-glass/", break_glass.show, name="break_glass"),
    path("break-glass/ask/", break_glass.ask, name="ask_break_glass"),
    path("break-glass/<uuid:grant_id>/", break_glass.one, name="break_glass_one"),
    path("break-glass/<uuid:grant_id>/end/", break_glass.end, name="end_break_glass"),
]
