"""Acts on documents on their way to being issued."""

from hienluong.issuing.commands.issue import issue_document
from hienluong.issuing.commands.number import Numbered, number_document
from hienluong.issuing.commands.prepare import Handed, prepare_document, resubmit_document
from hienluong.issuing.commands.renew import renew_documents
from hienluong.issuing.commands.runs import MANY_MOST, begin_run, carry_on_run
from hienluong.issuing.commands.seal import complete_seal, prepare_seal, seal_document
from hienluong.issuing.commands.sign import complete_signature, prepare_signature
from hienluong.issuing.commands.turn import give_up_document, move_place, return_document

__all__ = [
    "MANY_MOST",
    "Handed",
    "Numbered",
    "begin_run",
    "carry_on_run",
    "complete_seal",
    "complete_signature",
    "give_up_document",
    "issue_document",
    "move_place",
    "number_document",
    "prepare_document",
    "prepare_seal",
    "prepare_signature",
    "renew_documents",
    "resubmit_document",
    "return_document",
    "seal_document",
]
