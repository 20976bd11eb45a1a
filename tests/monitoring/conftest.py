"""Parts and recordings, shared by the tests here."""

from town.fixtures import shared_parts, short_talk

__all__ = ["shared_parts", "short_talk"]
