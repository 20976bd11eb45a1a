"""Parts, recordings and an issuer of tokens, shared by the tests here."""

from collections.abc import Iterator

import pytest
from openapi.issuing import ServedIssuer, serving_keys
from parts.collector import Collector, collecting
from town.fixtures import shared_parts, short_talk, talk

__all__ = ["shared_parts", "short_talk", "talk"]


@pytest.fixture
def collector() -> Iterator[Collector]:
    """Takes the spans of services that are told of it."""
    with collecting() as taking:
        yield taking


@pytest.fixture(scope="session")
def issuer() -> Iterator[ServedIssuer]:
    with serving_keys() as served:
        yield served
