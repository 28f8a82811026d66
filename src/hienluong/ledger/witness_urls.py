"""Addresses of us as a witness of other logs, which the house puts below /witness/: our submission prefix."""

from django.urls import path

from hienluong.ledger import pages

app_name = "witness"
urlpatterns = [path("add-checkpoint", pages.add_checkpoint, name="add_checkpoint")]
