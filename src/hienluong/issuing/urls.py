"""The addresses of the pages on which documents are issued."""

from django.urls import path

from hienluong.issuing.pages import device, documents, lists, places, steps

app_name = "issuing"
urlpatterns = [
    path("", lists.index, name="documents"),
    path("new/", documents.new, name="new"),
    path("many/", lists.many, name="many"),
    path("requests/<str:what>/", device.requests_file, name="requests"),
    path("answer/<str:what>/", device.answer_file, name="answer"),
    path("runs/", lists.begin_run, name="begin_run"),
    path("runs/<uuid:run_id>/", lists.run, name="run"),
    path("<uuid:document_id>/", documents.show, name="document"),
    path("<uuid:document_id>/file/", documents.file, name="file"),
    path("<uuid:document_id>/files/<int:position>/", documents.attachment, name="attachment"),
    path("<uuid:document_id>/pages/<int:page>.png", documents.page_image, name="page"),
    path("<uuid:document_id>/number/", steps.number, name="number"),
    path("<uuid:document_id>/place/<str:what>/", places.move, name="place"),
    path("<uuid:document_id>/seal/", steps.seal, name="seal"),
    path("<uuid:document_id>/issue/", steps.issue, name="issue"),
    path("<uuid:document_id>/return/", steps.send_back, name="return"),
    path("<uuid:document_id>/give-up/", steps.give_up, name="give_up"),
    path("<uuid:document_id>/resubmit/", documents.resubmit, name="resubmit"),
    path("<uuid:document_id>/<str:what>/<str:part>/prepare/", device.prepare, name="prepare"),
    path("<uuid:document_id>/<str:what>/<str:part>/complete/", device.complete, name="complete"),
]
