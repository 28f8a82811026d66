"""Addresses of the pages about taking over."""

from django.urls import path

from hienluong.takeover.pages import comparisons, documents, intakes, numbers

app_name = "takeover"
urlpatterns = [
    path("", intakes.show_list, name="intakes"),
    path("registers/new/", intakes.hand_in_register, name="new_register"),
    path("archives/new/", intakes.hand_in_archive, name="new_archive"),
    path("intakes/<uuid:intake_id>/", intakes.show, name="intake"),
    path("intakes/<uuid:intake_id>/columns/", intakes.columns, name="columns"),
    path("intakes/<uuid:intake_id>/confirm/", intakes.confirm, name="confirm"),
    path("intakes/<uuid:intake_id>/discard/", intakes.discard, name="discard"),
    path("intakes/<uuid:intake_id>/undo/", intakes.undo, name="undo"),
    path("aside/<int:aside_id>/", intakes.aside, name="aside"),
    path("documents/", documents.show_list, name="documents"),
    path("documents/<uuid:document_id>/", documents.show, name="document"),
    path("documents/<uuid:document_id>/packet/", documents.packet, name="packet"),
    path("documents/<uuid:document_id>/attachments/<int:position>/", documents.attachment, name="attachment"),
    path("numbers/", numbers.show, name="numbers"),
    path("numbers/continue/", numbers.continue_book, name="continue_book"),
    path("numbers/take/", numbers.take, name="take_number"),
    path("comparisons/", comparisons.show_list, name="comparisons"),
    path("comparisons/new/", comparisons.new, name="new_comparison"),
    path("comparisons/<uuid:comparison_id>/", comparisons.show, name="comparison"),
    path("comparisons/<uuid:comparison_id>/export.<str:form>", comparisons.export, name="export_comparison"),
]
