"""The addresses of the whole product; each module brings its own."""

from django.urls import include, path

from hienluong.config import developers
from hienluong.config.api import api
from hienluong.config.error_list import type_page
from hienluong.config.pages import healthz
from hienluong.monitoring.urls import metrics_view

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("api/errors", type_page, name="error_type"),
    path("developers/", developers.start, name="developers"),
    path("developers/errors/", developers.errors, name="developer_errors"),
    path("developers/deprecation/", developers.deprecation, name="developer_deprecation"),
    path("", include("hienluong.systems.urls")),  # first: its token endpoint answers for all clients
    path("", include("hienluong.identity.urls")),
    path("access/", include("hienluong.access.urls")),
    path("directory/", include("hienluong.directory.urls")),
    path("log/", include("hienluong.ledger.urls")),
    path("", include("hienluong.evidence.urls")),
    path("", include("hienluong.signing.urls")),
    path("witness/", include("hienluong.ledger.witness_urls")),
    path("imports/", include("hienluong.imports.urls")),
    path("staff/", include("hienluong.staff.urls")),
    path("groups/", include("hienluong.recipients.urls")),
    path("reasons/", include("hienluong.reasons.urls")),
    path("metrics", metrics_view, name="metrics"),
    path("exchange/monitor/", include("hienluong.monitoring.urls")),
    path("exchange/", include("hienluong.mailbox.urls")),
    path("exchange/", include("hienluong.composing.urls")),
    path("exchange/", include("hienluong.exchange.urls")),
    path("corrections/", include("hienluong.corrections.urls")),
    path("deadlines/", include("hienluong.deadlines.urls")),
    path("webhooks/", include("hienluong.webhooks.urls")),
    path("issuing/", include("hienluong.issuing.urls")),
    path("copies/", include("hienluong.copies.urls")),
    path("takeover/", include("hienluong.takeover.urls")),
    path("antivirus/", include("hienluong.antivirus.urls")),
    path("retention/", include("hienluong.retention.urls")),
    path("", include("hienluong.portal.urls")),
]
handler400 = "hienluong.portal.pages.bad_request"
handler403 = "hienluong.portal.pages.forbidden"
handler404 = "hienluong.portal.pages.not_found"
handler500 = "hienluong.portal.pages.server_error"
