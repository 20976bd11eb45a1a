"""Logs of the chassis' own tests: short, and only what is wrong."""

import logging

import pytest
import structlog


@pytest.fixture(autouse=True, scope="session")
def _short_logs() -> None:
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.CRITICAL))
