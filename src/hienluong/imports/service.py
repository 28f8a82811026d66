"""Public Python API of the imports: what was checked and waits to be imported or discarded."""

from hienluong.imports.queries import Checked, checked_imports

__all__ = ["Checked", "checked_imports"]
