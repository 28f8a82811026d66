"""Public Python API of signing: what other modules may call."""

from hienluong.signing.commands import (
    complete_signature,
    end_authority,
    end_certificate,
    import_authorities,
    make_demonstration_authority,
    prepare_signature,
    prepare_with,
    prove_certificate,
    refresh_revocations,
    register_agency_certificate,
    register_own_certificate,
    set_image,
    sign_document,
    sign_with,
    sweep_prepared,
)
from hienluong.signing.commands.sign import Signed
from hienluong.signing.formats.appearance import (
    Box,
    Placed,
    attachment_lines,
    copy_lines,
    image_look,
    page_of_texts,
    text_width,
)
from hienluong.signing.formats.keys import MemoryKey, SigningKey, TokenKey
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.positions import Proposal
from hienluong.signing.formats.report import FileReport, Reason, SignatureReport, Verdict
from hienluong.signing.keys import key_for
from hienluong.signing.labels import sentences, views_of
from hienluong.signing.models import PreparedSignature, SigningCertificate
from hienluong.signing.possession import Challenge
from hienluong.signing.queries import (
    Registered,
    authorities,
    certificate,
    certificates,
    certificates_of,
    challenge,
    image_of,
    own_certificates,
    placed_text,
    places,
    prepared,
    signed_document,
    sizes,
    trust_state,
    validate_file,
)
from hienluong.signing.renewal import renew_stamps
from hienluong.signing.schemas import CompleteIn, PreparedOut, SignaturesOut
from hienluong.signing.stamping import stamps_offered

__all__ = [
    "Box",
    "Challenge",
    "CompleteIn",
    "FileReport",
    "Level",
    "MemoryKey",
    "Placed",
    "PreparedOut",
    "PreparedSignature",
    "Proposal",
    "Reason",
    "Registered",
    "SignatureReport",
    "SignaturesOut",
    "Signed",
    "SigningCertificate",
    "SigningKey",
    "TokenKey",
    "Verdict",
    "attachment_lines",
    "authorities",
    "certificate",
    "certificates",
    "certificates_of",
    "challenge",
    "complete_signature",
    "copy_lines",
    "end_authority",
    "end_certificate",
    "image_look",
    "image_of",
    "import_authorities",
    "key_for",
    "make_demonstration_authority",
    "own_certificates",
    "page_of_texts",
    "placed_text",
    "places",
    "prepare_signature",
    "prepare_with",
    "prepared",
    "prove_certificate",
    "refresh_revocations",
    "register_agency_certificate",
    "register_own_certificate",
    "renew_stamps",
    "sentences",
    "set_image",
    "sign_document",
    "sign_with",
    "signed_document",
    "sizes",
    "stamps_offered",
    "sweep_prepared",
    "text_width",
    "trust_state",
    "validate_file",
    "views_of",
]
