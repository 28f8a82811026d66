"""Public Python API of copies: how many wait for the agency's signature."""

from hienluong.copies.queries import waiting_count

__all__ = ["waiting_count"]
