"""By the documented configuration, a real Alertmanager tells of causes and keeps quiet about what follows from them."""

import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from monitoring.rule_files import ROOT, alerts
from parts import prometheus
from parts.prometheus import Alertmanager

CONFIG = ROOT / "docs" / "alertmanager.yaml"

pytestmark = pytest.mark.skipif(prometheus.missing() is not None, reason=str(prometheus.missing()))

_CALMED_S = 20.0


@pytest.fixture
def alertmanager(tmp_path: Path) -> Iterator[Alertmanager]:
    server = Alertmanager(tmp_path, CONFIG)
    yield server
    server.stop()


def firing(name: str, namespace: str = "media", **more: str) -> dict[str, str]:
    """The labels that the rule gives, and those that its series have."""
    return {"alertname": name, "namespace": namespace, **alerts()[name]["labels"], **more}


def told(server: Alertmanager, *fire: dict[str, str], quiet: set[str] = frozenset()) -> None:  # type: ignore[assignment]
    """Of these all but `quiet` reach people."""
    server.tell(*fire)
    until = time.monotonic() + _CALMED_S
    while True:
        found = server.alerts()
        inhibited = {each["labels"]["alertname"] for each in found if each["status"]["inhibitedBy"]}
        if len(found) == len(fire) and inhibited == quiet:
            return
        assert time.monotonic() < until, (inhibited, [each["labels"] for each in found])
        time.sleep(0.1)  # between two looks


def test_a_provider_that_is_down_explains_failures_and_delays(alertmanager: Alertmanager) -> None:
    told(
        alertmanager,
        firing("ReelwrightProviderDown", provider="kling"),
        firing("ReelwrightUsersFail", slo="success"),
        firing("ReelwrightVideosLate", slo="duration"),
        firing("ReelwrightProjectsStuck", stage="asset", on="provider"),
        firing("ReelwrightDegradedResults"),
        firing("ReelwrightSpendSurge"),
        quiet={
            "ReelwrightUsersFail",
            "ReelwrightVideosLate",
            "ReelwrightProjectsStuck",
            "ReelwrightDegradedResults",
        },
    )


def test_slots_that_are_taken_explain_delays_alone(alertmanager: Alertmanager) -> None:
    told(
        alertmanager,
        firing("ReelwrightSlotsSaturated", family="video"),
        firing("ReelwrightVideosLateSlowly", slo="duration"),
        firing("ReelwrightUsersFail", slo="success"),
        firing("ReelwrightProviderErrors", provider="kling"),
        quiet={"ReelwrightVideosLateSlowly"},
    )


def test_another_installation_explains_nothing(alertmanager: Alertmanager) -> None:
    told(
        alertmanager,
        firing("ReelwrightProviderDown", "staging", provider="sim"),
        firing("ReelwrightUsersFail", "production", slo="success"),
    )


def test_a_page_says_what_its_ticket_says(alertmanager: Alertmanager) -> None:
    told(
        alertmanager,
        firing("ReelwrightApiFails", slo="api"),
        firing("ReelwrightApiFailsSlowly", slo="api"),
        firing("ReelwrightUsersFailSlowly", slo="success"),
        quiet={"ReelwrightApiFailsSlowly"},
    )
