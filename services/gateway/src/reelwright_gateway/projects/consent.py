"""Consent to the terms of whoever runs this: recorded with the project, and asked for where a tenant requires it."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.errors import Reject
from reelwright_gateway.problems import FieldError, Problem
from reelwright_gateway.projects.models import Consent
from reelwright_gateway.settings import GatewaySettings
from reelwright_gateway.times import moment_at

_EVERY = "*"
_CLOCKS_DIFFER = timedelta(minutes=5)


def required_terms(tenant_id: str, settings: GatewaySettings) -> str:
    """The version that the tenant's users must agree to; empty: none."""
    return settings.consent_terms.get(tenant_id, settings.consent_terms.get(_EVERY, ""))


def recorded_consent(given: Consent | None, now_s: float) -> rpc.Consent | None:
    """As it is recorded; None where none was given.

    Whether it is to the required terms the director says: only it knows of requests that are sent again. Without a time
    it is the director's, as the same request must be the same a second later. Raises `Problem`: request_invalid.
    """
    if given is None:
        return None
    consent = rpc.Consent(terms_version=given.terms_version)
    if given.accepted_at is not None:
        if given.accepted_at > moment_at(now_s) + _CLOCKS_DIFFER:
            wrong = FieldError(location="body", pointer="/consent/accepted_at", message="It lies in the future.")
            raise Problem("request_invalid", errors=[wrong])
        consent.accepted_at.FromDatetime(given.accepted_at)
    return consent


@contextmanager
def telling_terms(given: Consent | None, version: str) -> Iterator[None]:
    """Around a command that may lack consent: the answer then names the terms, and the field."""
    try:
        yield
    except Reject as refused:
        if refused.reason_code != "consent_required":
            raise
        pointer = "/consent" if given is None else "/consent/terms_version"
        missing = FieldError(location="body", pointer=pointer, message=f"Consent to the terms {version} is required.")
        raise Problem("consent_required", errors=[missing]) from None
