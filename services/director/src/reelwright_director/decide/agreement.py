"""Consent to the terms of whoever runs this, where a tenant requires it."""

from reelwright_director.decision import Refused
from reelwright_director.state import Consent


def check_agreed(consent: Consent | None, required_terms: str) -> None:
    """Empty `required_terms`: none are required. Raises `Refused`: consent_required."""
    if required_terms and (consent is None or consent.terms_version != required_terms):
        raise Refused("consent_required")
