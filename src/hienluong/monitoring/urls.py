"""Addresses of the monitoring's pages, and the view of the metrics, whose address the house gives."""

from django.urls import path

from hienluong.monitoring.pages import again, alarms, failures, metrics, monitor

app_name = "monitoring"
urlpatterns = [
    path("", monitor.show, name="monitor"),
    path("communes/", monitor.communes, name="communes"),
    path("waiting/", monitor.waiting, name="waiting"),
    path("failures/", failures.index, name="failures"),
    path("failures/groups/", failures.groups, name="groups"),
    path("failures/retry/", failures.retry_all, name="retry_all"),
    path("failures/<int:delivery_id>/", failures.show, name="failure"),
    path("failures/<int:delivery_id>/retry/", failures.retry, name="retry"),
    path("again/", again.give, name="give_again"),
    path("alarms/", alarms.index, name="alarms"),
    path("alarms/<slug:condition>/limit/", alarms.limit, name="limit"),
    path("alarms/<slug:condition>/silence/", alarms.silence, name="silence"),
    path("silences/<int:silence_id>/end/", alarms.end, name="end_silence"),
]
metrics_view = metrics.show
