"""Says what a paid run sends where and may cost, and asks once."""

import time

import typer
from rich.console import Console

from reelwright_chassis.store.port import Store
from reelwright_standalone.errors import InputError
from reelwright_standalone.providers import Providers, announcement, require_consent
from reelwright_standalone.signals import ending_at_once
from reelwright_standalone.tables import CONSENT

_LONGEST_MIN = 10.0


async def agree(
    store: Store, providers: Providers, console: Console, *, budget_usd: float, script_given: bool = False, yes: bool
) -> None:
    """Raises `InputError` when the user says no, or when nobody is there to ask and `--yes` is missing."""
    lines = announcement(providers, minutes=_LONGEST_MIN, budget_usd=budget_usd, script_given=script_given)
    for line in lines:
        console.print(line, markup=False)
    agreed = await store.get(CONSENT, {"providers": providers.label}) is not None
    ask = require_consent(paid=providers.paid, yes=yes, agreed_before=agreed, interactive=console.is_terminal)
    if ask and not _confirmed():
        raise InputError("Nothing was sent. Add --offline to make videos without any account.")
    if providers.paid and console.is_terminal and not agreed:
        await store.put(CONSENT, {"providers": providers.label, "agreed_at": time.time()})


def _confirmed() -> bool:
    try:
        with ending_at_once():
            return typer.confirm("Go on?", err=True)
    except typer.Abort:
        return False
