"""`python -m bench.workers --out FILE`: twenty recordings at once, on one render worker and on two.

Every service is a process of its own, on the real parts, in the tiny profile. A renderer has one encoding process, so
a second worker adds what a second core can give, as far as the other services leave it: how busy the cores were with
one worker says how much there was to gain.
"""

import argparse
import asyncio
import json
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from e2e.recordings import opening
from parts import dynamodb, kafka, s3
from town import verdict
from town.customer import Talk
from town.town import town

_PATIENCE_S = 600.0


async def measure(folder: Path, addresses: dict[str, dict[str, str]], talk: Talk, recordings: int) -> dict[str, Any]:
    """Videos a minute and the cores' busy share, by the number of renderers."""
    found, busy = {}, {}
    for renderers in (1, 2):
        place = folder / f"{renderers}"
        place.mkdir()
        count = {"renderer": renderers}
        async with town(place, addresses, talk, count=count, env={"REELWRIGHT_RENDERER_PROCESSES": "1"}) as here:
            began_s, before = time.monotonic(), _cpu_ticks()
            project_ids = await asyncio.gather(*(here.customer.order(f"video {n}") for n in range(recordings)))
            verdict.all_completed(await here.customer.wait_all(project_ids, _PATIENCE_S))
            found[renderers] = round(60 * recordings / (time.monotonic() - began_s), 1)
            busy[renderers] = round(_busy(before, _cpu_ticks()), 2)
    gain = round(found[2] / found[1], 2)
    return {"recordings": recordings, "videos_per_minute": found, "cores_busy": busy, "gain": gain}


def _cpu_ticks() -> list[int]:
    """Of all cores together, as Linux counts them: user, nice, system, idle, waiting for disks, interrupts, stolen."""
    first = Path("/proc/stat").read_text(encoding="ascii").splitlines()[0]
    return [int(ticks) for ticks in first.split()[1:9]]


def _busy(before: list[int], after: list[int]) -> float:
    """The share of all cores' time in which they worked."""
    spent = [end - start for start, end in zip(before, after, strict=True)]
    return 1 - (spent[3] + spent[4]) / sum(spent)


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.workers")
    parser.add_argument("--out", type=Path, required=True)
    parser.add_argument("--recordings", type=int, default=20)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        started = {module.__name__.rpartition(".")[2]: module.start(_made(folder, module.__name__))
                   for module in (kafka, dynamodb, s3)}  # fmt: skip
        try:
            addresses = {name: part.address for name, part in started.items()}
            audio, script = opening(folder, 1)
            talk = Talk(audio, script.read_text(encoding="utf-8"))
            found = asyncio.run(measure(folder, addresses, talk, given.recordings))
        finally:
            for part in started.values():
                part.stop()
    given.out.parent.mkdir(parents=True, exist_ok=True)
    text = json.dumps(found, indent=2) + "\n"
    given.out.write_text(text, encoding="utf-8")
    sys.stdout.write(text)
    one, two = found["videos_per_minute"].values()
    busy = [f"{share:.0%}" for share in found["cores_busy"].values()]
    sys.stdout.write(
        f"{one} videos a minute on one render worker, {two} on two: {found['gain']} times as many."
        f" The cores were {busy[0]} busy with one, and {busy[1]} with two.\n"
    )


def _made(folder: Path, name: str) -> Path:
    place = folder / name
    place.mkdir()
    return place


if __name__ == "__main__":
    main()
