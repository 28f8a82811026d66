"""Acts on copies."""

from hienluong.copies.commands.prepare import Handed, prepare_copy
from hienluong.copies.commands.register import export_copies, give_up_copy, number_copy
from hienluong.copies.commands.renew import renew_copies
from hienluong.copies.commands.seal import complete_seal, prepare_seal, seal_copy

__all__ = [
    "Handed",
    "complete_seal",
    "export_copies",
    "give_up_copy",
    "number_copy",
    "prepare_copy",
    "prepare_seal",
    "renew_copies",
    "seal_copy",
]
