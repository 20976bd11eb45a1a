"""`reelwright ops check`: every part that a deployment stands on, looked at with this process's own rights."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import asdict

from rich.console import Console

from reelwright_chassis.errors import ReelwrightError, SettingsError
from reelwright_chassis.findings import Finding
from reelwright_standalone.errors import InputError
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.checks import CHECKS
from reelwright_standalone.ops.settings import OpsSettings
from reelwright_standalone.ops.telling import run

_PATIENCE_S = 90.0


def check(console: Console, only: Sequence[str], *, as_json: bool) -> int:
    """Exit status 1 when anything is not well. Raises `InputError` where there is no deployment to look at."""
    chosen = _chosen(only)
    if OpsSettings.load().embedded and not only:
        raise InputError(
            "No cluster is named here: neither REELWRIGHT_DIRECTOR_ADDRESS nor REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS is "
            "set. Set what the services are told; for this machine alone there is `reelwright doctor`."
        )
    findings = run(lambda: _look(chosen))
    if as_json:
        printing.print_json([asdict(finding) for finding in findings])
    else:
        _print(console, findings)
    return 0 if all(finding.ok for finding in findings) else 1


def _chosen(only: Sequence[str]) -> list[str]:
    for name in only:
        if name not in CHECKS:
            raise InputError(f"{name!r} is no part that can be looked at; there are {', '.join(CHECKS)}.")
    return [name for name in CHECKS if not only or name in only]


async def _look(names: Sequence[str]) -> list[Finding]:
    """All at once: what is away is waited for, and not for one after the other."""
    found = await asyncio.gather(*(_one(name, CHECKS[name]) for name in names))
    return [finding for findings in found for finding in findings]


async def _one(name: str, look: Callable[[], Awaitable[Sequence[Finding]]]) -> Sequence[Finding]:
    try:
        async with asyncio.timeout(_PATIENCE_S):
            return await look()
    except SettingsError as error:
        return [Finding(name, "settings", ok=False, said=str(error), remedy="Correct the variables that it names.")]
    except ReelwrightError as error:
        return [Finding(name, "", ok=False, said=str(error), remedy="See that it runs and can be reached from here.")]
    except TimeoutError:
        said = f"no answer within {_PATIENCE_S:.0f} s"
        return [Finding(name, "", ok=False, said=said, remedy="See that it can be reached from here.")]


def _print(console: Console, findings: Sequence[Finding]) -> None:
    rows = printing.table("part", "what", "", "said", "what to do")
    for finding in findings:
        rows.add_row(
            f"[bold]{finding.part}[/]", printing.plain(finding.name), printing.mark(finding.ok),
            printing.plain(finding.said), printing.plain(finding.remedy),
        )  # fmt: skip
    console.print(rows)
    wrong = sum(not finding.ok for finding in findings)
    console.print(f"\n{'All is well.' if not wrong else f'{wrong} of {len(findings)} are not well.'}")
