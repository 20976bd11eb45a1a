"""Consent to the terms of whoever runs this: recorded with the project, and asked for where a tenant requires it."""

from datetime import timedelta

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.problems import FieldError, Problem
from reelwright_gateway.projects.models import Consent
from reelwright_gateway.settings import GatewaySettings
from reelwright_gateway.times import moment_at

_EVERY = "*"
_CLOCKS_DIFFER = timedelta(minutes=5)


def required_terms(tenant_id: str, settings: GatewaySettings) -> str:
    """The version that the tenant's users must agree to; empty: none."""
    return settings.consent_terms.get(tenant_id, settings.consent_terms.get(_EVERY, ""))


def checked_consent(
    given: Consent | None, tenant_id: str, settings: GatewaySettings, now_s: float
) -> rpc.Consent | None:
    """As it is recorded; None where none was given and none is required.

    Without a time it is the director's: the same request must be the same a second later. Raises `Problem`:
    consent_required, request_invalid.
    """
    required = required_terms(tenant_id, settings)
    if given is None:
        if required:
            raise consent_required("/consent", required)
        return None
    if required and given.terms_version != required:
        raise consent_required("/consent/terms_version", required)
    consent = rpc.Consent(terms_version=given.terms_version)
    if given.accepted_at is not None:
        if given.accepted_at > moment_at(now_s) + _CLOCKS_DIFFER:
            wrong = FieldError(location="body", pointer="/consent/accepted_at", message="It lies in the future.")
            raise Problem("request_invalid", errors=[wrong])
        consent.accepted_at.FromDatetime(given.accepted_at)
    return consent


def consent_required(pointer: str, version: str) -> Problem:
    missing = FieldError(location="body", pointer=pointer, message=f"Consent to the terms {version} is required.")
    return Problem("consent_required", errors=[missing])
