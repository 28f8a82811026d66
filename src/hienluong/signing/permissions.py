"""Who may sign, check signatures, and say whose certificates are believed."""

from django.utils.translation import gettext_lazy as _
from rules.predicates import Predicate

from hienluong.directory.service import (
    Actor,
    Agency,
    declare,
    has_role,
    is_person,
    is_platform,
    is_system,
    may_administer,
)


def _of_agency(actor: Actor, agency: Agency | None) -> bool:
    return agency is None or actor.agency_id == agency.pk


of_agency = Predicate(_of_agency, name="of_agency")  # the object is the agency

declare("signing.validate_file", is_person | is_system | is_platform, _("check the signatures of any file"))
declare(
    "signing.sign_document",
    has_role("clerk", "head", "deputy", "officer") | is_system | is_platform,
    _("sign documents, with a key of one's own or the agency's"),
)
declare(
    "signing.view_authorities",
    is_person | is_system | is_platform,
    _("see which authorities' certificates are believed"),
)
declare("signing.manage_authorities", may_administer, _("say which authorities' certificates are believed"))
declare(
    "signing.register_certificate",
    has_role("clerk", "head", "deputy", "officer"),
    _("register the certificates of one's own devices, and the image of one's signature"),
)
declare(
    "signing.bring_certificate",
    may_administer | (is_system & of_agency),
    _(
        "bring certificates of an agency and of its people, which sign once their holder has tested the device"
    ),
)
declare(
    "signing.view_certificates",
    has_role("clerk", "head", "deputy") | is_system | may_administer,
    _("see the signing certificates of the agency"),
)
declare(
    "signing.manage_certificates", may_administer, _("register and end the signing certificates of agencies")
)
