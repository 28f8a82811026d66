"""Addresses of the pages about evidence, and the view of the public log, whose address the house gives."""

from django.urls import path

from hienluong.evidence.pages import entries, log, looks, packets

app_name = "evidence"
urlpatterns = [
    path("evidence/", entries.index, name="entries"),
    path("evidence/bundle.zip", entries.export, name="export_entries"),
    path("evidence/entries/<uuid:entry_id>/", entries.show, name="entry"),
    path("evidence/entries/<uuid:entry_id>/proof.tlog-proof", packets.proof, name="proof"),
    path(
        "evidence/entries/<uuid:entry_id>/changes/<int:place>.change-proof",
        packets.change_proof,
        name="change_proof",
    ),
    path("evidence/entries/<uuid:entry_id>/proof.pdf", packets.paper, name="entry_pdf"),
    path("evidence/packets/<uuid:packet_id>/", packets.show, name="packet"),
    path("evidence/packets/<uuid:packet_id>/signatures/", packets.signatures, name="packet_signatures"),
    path("evidence/packets/<uuid:packet_id>/bundle.zip", packets.export, name="export_packet"),
    path("evidence/receipts/<uuid:receipt_id>/receipt.pdf", packets.receipt, name="receipt_pdf"),
    path("evidence/looks/<uuid:person_id>/", looks.of_person, name="looks_of_person"),
    path("account/looks/", looks.mine, name="my_looks"),
    path("log/", log.log, name="log"),
]
