"""Addresses of the pages about signatures."""

from django.urls import path

from hienluong.signing.pages import authorities, certificates, check, mine

app_name = "signing"
urlpatterns = [
    path("signatures/", check.check, name="check"),
    path("signing/mine/", mine.mine, name="mine"),
    path("signing/mine/add/", mine.add, name="add_own"),
    path("signing/certificates/", certificates.register, name="certificates"),
    path("signing/certificates/add/", certificates.add, name="add_certificate"),
    path("signing/certificates/<uuid:certificate_id>/", certificates.show, name="certificate"),
    path("signing/certificates/<uuid:certificate_id>/picture/", certificates.picture, name="picture"),
    path("signing/certificates/<uuid:certificate_id>/image/", certificates.take_image, name="take_image"),
    path("signing/certificates/<uuid:certificate_id>/end/", certificates.end, name="end_certificate"),
    path("signing/certificates/<uuid:certificate_id>/challenge/", certificates.ask, name="challenge"),
    path("signing/certificates/<uuid:certificate_id>/proof/", certificates.prove, name="prove"),
    path(
        "signing/certificates/<uuid:certificate_id>/request/", certificates.request_file, name="request_file"
    ),
    path("signing/certificates/<uuid:certificate_id>/answer/", certificates.take_answer, name="take_answer"),
    path("signing/authorities/", authorities.authorities, name="authorities"),
    path("signing/authorities/add/", authorities.add, name="add_authorities"),
    path("signing/authorities/<slug:fingerprint>/end/", authorities.end, name="end_authority"),
]
