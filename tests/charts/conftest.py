"""Chart tests need Helm, and the schemas of the custom resources."""

import pytest
from parts import crds, helm


@pytest.fixture(autouse=True, scope="session")
def _parts() -> None:
    for part in (helm, crds):
        if why := part.missing():
            pytest.skip(why)
