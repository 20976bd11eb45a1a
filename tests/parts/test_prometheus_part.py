"""Prometheus starts on this machine alone, and scrapes what it is told to."""

import time
from pathlib import Path

import pytest
from parts import prometheus
from parts.listening import listening_at
from prometheus_client import CollectorRegistry, Gauge, start_http_server

pytestmark = pytest.mark.skipif(prometheus.missing() is not None, reason=str(prometheus.missing()))


def test_it_scrapes_its_targets(tmp_path: Path) -> None:
    registry = CollectorRegistry()
    Gauge("seen", "Something.", registry=registry).set(7)
    server, thread = start_http_server(0, "127.0.0.1", registry)
    part = prometheus.start(tmp_path)
    try:
        assert listening_at(int(part.url.rpartition(":")[2])) == {"127.0.0.1"}
        part.watch(f"127.0.0.1:{server.server_port}", service="test")
        until = time.monotonic() + 30
        while not (found := part.query("seen")):
            assert time.monotonic() < until
            time.sleep(0.1)
        assert (found[0]["metric"]["service"], found[0]["value"][1]) == ("test", "7")
    finally:
        part.stop()
        server.shutdown()
        server.server_close()
        thread.join()
