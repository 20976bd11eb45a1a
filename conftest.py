"""What holds for every test of the project: no vendor's key, no skip in CI."""

import os

import hypothesis
import pytest

# How long one example takes says how busy the machine is, not whether it is right.
hypothesis.settings.register_profile("reelwright", deadline=None)
hypothesis.settings.load_profile("reelwright")

_VENDOR_PREFIXES = ("KLING_", "OPENAI_", "ANTHROPIC_", "AWS_", "REELWRIGHT_")


def pytest_configure() -> None:
    """Tests neither spend money nor depend on the settings of whoever runs them."""
    for name in [name for name in os.environ if name.startswith(_VENDOR_PREFIXES)]:
        del os.environ[name]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]):  # type: ignore[no-untyped-def]
    """In CI every part is installed, so a skipped test is a failed one."""
    report = yield
    if report.skipped and os.environ.get("CI") == "true" and not hasattr(report, "wasxfail"):
        report.outcome = "failed"
        report.longrepr = f"skipped in CI, where nothing may be: {report.longrepr}"
    return report
