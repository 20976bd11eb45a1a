"""A faithful simulator of Kling's HTTP API that draws its own pictures.

`create_app` makes the ASGI application, `simulator` runs it inside another program, `read_ledger` reads its ledger.
"""

from reelwright_kling_sim.app import create_app
from reelwright_kling_sim.clock import ManualClock, SystemClock
from reelwright_kling_sim.in_process import BASE_URL, InProcess, simulator
from reelwright_kling_sim.ledger import read_ledger
from reelwright_kling_sim.rows import LedgerRow
from reelwright_kling_sim.settings import SimSettings

__all__ = [
    "BASE_URL",
    "InProcess",
    "LedgerRow",
    "ManualClock",
    "SimSettings",
    "SystemClock",
    "create_app",
    "read_ledger",
    "simulator",
]
