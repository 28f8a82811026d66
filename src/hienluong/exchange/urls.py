"""The addresses of the axis's pages."""

from django.urls import path

from hienluong.exchange.pages import packet, report

app_name = "exchange"
urlpatterns = [
    path("inbox/<int:delivery_id>/", packet.open_entry, name="open"),
    path("packets/<uuid:packet_id>/", packet.show, name="packet"),
    path("packets/<uuid:packet_id>/attachments/<int:position>/", packet.attachment, name="attachment"),
    path("receipts/<uuid:receipt_id>/", packet.receipt, name="receipt"),
    path("packets/<uuid:packet_id>/report/<int:delivery_id>/<str:status>/", report.report, name="report"),
    path("packets/<uuid:packet_id>/quarantine/", report.quarantine, name="quarantine"),
    path("packets/<uuid:packet_id>/destroy/", report.destroy, name="destroy"),
]
