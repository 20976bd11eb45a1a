"""A recording, shared by the tests here."""

from town.fixtures import short_talk

__all__ = ["short_talk"]
