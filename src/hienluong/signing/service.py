"""Public Python API of signing: what other modules may call."""

from hienluong.signing.commands import (
    complete_signature,
    end_authority,
    import_authorities,
    make_demonstration_authority,
    prepare_signature,
    refresh_revocations,
    sign_document,
    sweep_prepared,
)
from hienluong.signing.commands.sign import Signed
from hienluong.signing.formats.appearance import (
    Box,
    Placed,
    attachment_lines,
    copy_lines,
    image_look,
    text_look,
)
from hienluong.signing.formats.keys import MemoryKey, SigningKey, TokenKey
from hienluong.signing.formats.levels import Level
from hienluong.signing.formats.positions import Proposal, text_place
from hienluong.signing.formats.report import FileReport, Reason, SignatureReport, Verdict
from hienluong.signing.labels import sentences, views_of
from hienluong.signing.queries import (
    authorities,
    places,
    prepared,
    signed_document,
    sizes,
    trust_state,
    validate_file,
)
from hienluong.signing.schemas import SignaturesOut

__all__ = [
    "Box",
    "FileReport",
    "Level",
    "MemoryKey",
    "Placed",
    "Proposal",
    "Reason",
    "SignatureReport",
    "SignaturesOut",
    "Signed",
    "SigningKey",
    "TokenKey",
    "Verdict",
    "attachment_lines",
    "authorities",
    "complete_signature",
    "copy_lines",
    "end_authority",
    "image_look",
    "import_authorities",
    "make_demonstration_authority",
    "places",
    "prepare_signature",
    "prepared",
    "refresh_revocations",
    "sentences",
    "sign_document",
    "signed_document",
    "sizes",
    "sweep_prepared",
    "text_look",
    "text_place",
    "trust_state",
    "validate_file",
    "views_of",
]
