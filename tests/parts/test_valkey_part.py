"""The part that replicas count in together."""

from pathlib import Path

import pytest
from parts import valkey
from parts.listening import listening_at


def test_it_answers_on_loopback_alone_and_keeps_its_port(tmp_path: Path) -> None:
    if why := valkey.missing():
        pytest.skip(why)
    part = valkey.start(tmp_path)
    try:
        port = int(part.url.rpartition(":")[2].partition("/")[0])
        assert listening_at(port) == {"127.0.0.1"}
        part.stop()
        assert listening_at(port) == set()
        part.start()
        assert listening_at(port) == {"127.0.0.1"}
    finally:
        part.stop()
