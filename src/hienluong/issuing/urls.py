"""The addresses of the pages on which documents are issued."""

from django.urls import path

from hienluong.issuing.pages import device, documents, lists, places, steps

app_name = "issuing"
SIGN, SEAL = {"what": "sign"}, {"what": "seal"}
urlpatterns = [
    path("", lists.index, name="documents"),
    path("new/", documents.new, name="new"),
    path("many/", lists.many, name="many"),
    path("requests/sign/", device.requests_file, SIGN, name="requests"),
    path("requests/seal/", device.requests_file, SEAL, name="requests"),
    path("answer/sign/", device.answer_file, SIGN, name="answer"),
    path("answer/seal/", device.answer_file, SEAL, name="answer"),
    path("runs/", lists.begin_run, name="begin_run"),
    path("runs/<uuid:run_id>/", lists.run, name="run"),
    path("<uuid:document_id>/", documents.show, name="document"),
    path("<uuid:document_id>/file/", documents.file, name="file"),
    path("<uuid:document_id>/files/<int:position>/", documents.attachment, name="attachment"),
    path("<uuid:document_id>/pages/<int:page>.png", documents.page_image, name="page"),
    path("<uuid:document_id>/number/", steps.number, name="number"),
    path("<uuid:document_id>/place/person/", places.move, {"what": "person"}, name="place"),
    path("<uuid:document_id>/place/seal/", places.move, {"what": "seal"}, name="place"),
    path("<uuid:document_id>/seal/", steps.seal, name="seal"),
    path("<uuid:document_id>/issue/", steps.issue, name="issue"),
    path("<uuid:document_id>/return/", steps.send_back, name="return"),
    path("<uuid:document_id>/give-up/", steps.give_up, name="give_up"),
    path("<uuid:document_id>/resubmit/", documents.resubmit, name="resubmit"),
    path("<uuid:document_id>/sign/<str:part>/prepare/", device.prepare, SIGN, name="prepare"),
    path("<uuid:document_id>/sign/<str:part>/complete/", device.complete, SIGN, name="complete"),
    path("<uuid:document_id>/seal/<str:part>/prepare/", device.prepare, SEAL, name="prepare"),
    path("<uuid:document_id>/seal/<str:part>/complete/", device.complete, SEAL, name="complete"),
]
