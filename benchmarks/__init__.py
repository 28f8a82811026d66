"""Measurements of the product, each beside a named limit or peer measured in the same run (README.md)."""
