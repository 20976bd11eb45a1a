"""Parts, shared by the tests here."""

from town.fixtures import shared_parts

__all__ = ["shared_parts"]
