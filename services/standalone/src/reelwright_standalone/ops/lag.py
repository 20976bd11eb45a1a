"""`reelwright ops topics lag`: what each group has not finished, and since when."""

from dataclasses import dataclass

from rich.console import Console

from reelwright_chassis.bus.browser import Backlog
from reelwright_chassis.topics import topics
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.desk import open_browser
from reelwright_standalone.ops.telling import run


@dataclass(frozen=True, slots=True)
class Lag:
    topic: str
    group: str
    backlog: Backlog


def show_lag(console: Console, *, as_json: bool) -> int:
    lags = run(_lags)
    if as_json:
        printing.print_json([
            {"topic": lag.topic, "group": lag.group, "lag": lag.backlog.records, "oldest_at": lag.backlog.oldest_at_s}
            for lag in lags
        ])  # fmt: skip
        return 0
    rows = printing.table("topic", "group", ">lag", ">oldest unfinished")
    for lag in lags:
        oldest_s = lag.backlog.oldest_at_s
        rows.add_row(lag.topic, lag.group, str(lag.backlog.records), printing.ago(oldest_s) if oldest_s else "")
    console.print(rows)
    return 0


async def _lags() -> list[Lag]:
    async with open_browser() as browser:
        return [
            Lag(topic.name, group, await browser.backlog(topic.name, group))
            for topic in topics().topics.values()
            for group in topic.groups
        ]
