"""The addresses of the whole product; each module brings its own."""

from django.urls import include, path

from hienluong.config.api import api
from hienluong.config.pages import healthz

urlpatterns = [
    path("healthz", healthz, name="healthz"),
    path("api/v1/", api.urls),
    path("", include("hienluong.identity.urls")),
    path("access/", include("hienluong.access.urls")),
    path("directory/", include("hienluong.directory.urls")),
    path("imports/", include("hienluong.imports.urls")),
    path("staff/", include("hienluong.staff.urls")),
    path("groups/", include("hienluong.recipients.urls")),
    path("exchange/", include("hienluong.exchange.urls")),
    path("", include("hienluong.portal.urls")),
]
handler400 = "hienluong.portal.pages.bad_request"
handler403 = "hienluong.portal.pages.forbidden"
handler404 = "hienluong.portal.pages.not_found"
handler500 = "hienluong.portal.pages.server_error"
