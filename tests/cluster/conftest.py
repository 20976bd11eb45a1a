"""One cluster for the tests here: a real control plane with the custom resources' definitions, and KEDA."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from cluster import keda_here
from cluster.control_plane import ControlPlane
from parts import crds, etcd, helm, keda, kubernetes, kwok
from town.fixtures import short_talk

__all__ = ["short_talk"]


@pytest.fixture(scope="session")
def programs() -> None:
    """Skips what needs them where they are not."""
    for part in (crds, etcd, helm, keda, kubernetes, kwok):
        if why := part.missing():
            pytest.skip(why)


@pytest.fixture(scope="session")
def plane(programs: None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Its nodes only play that they run something."""
    with started(ControlPlane(tmp_path_factory.mktemp("cluster"))) as here:
        yield here


@pytest.fixture
def plane_of_processes(programs: None, tmp_path: Path) -> Iterator[ControlPlane]:
    """Without nodes."""
    with started(ControlPlane(tmp_path / "plane", nodes=False)) as here:
        yield here


@contextmanager
def started(here: ControlPlane) -> Iterator[ControlPlane]:
    try:
        here.start()
        here.kubectl("create", "--validate=false", "--filename", str(crds.manifests()))
        keda_here.start(here)
        yield here
    finally:
        here.stop()
