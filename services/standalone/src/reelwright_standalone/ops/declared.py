"""What a deployment has to have, of all services together."""

from collections.abc import Sequence

from reelwright_chassis.store.port import Table
from reelwright_director import tables as directors
from reelwright_kling_gateway import tables as kling_gateways


def all_tables() -> Sequence[Table]:
    """In the order in which they are listed to people."""
    return (*directors.ALL, *kling_gateways.TABLES)
