"""One cluster for the tests here: a real control plane with the custom resources' definitions, and KEDA."""

from collections.abc import Iterator

import pytest
from cluster import keda_here
from cluster.control_plane import ControlPlane
from parts import crds, etcd, helm, keda, kubernetes, kwok


@pytest.fixture(scope="session")
def plane(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ControlPlane]:
    """Its nodes only play that they run something."""
    for part in (crds, etcd, helm, keda, kubernetes, kwok):
        if why := part.missing():
            pytest.skip(why)
    here = ControlPlane(tmp_path_factory.mktemp("cluster"))
    try:
        here.start()
        here.kubectl("create", "--validate=false", "--filename", str(crds.manifests()))
        keda_here.start(here)
        yield here
    finally:
        here.stop()
