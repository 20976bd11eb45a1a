"""Writes to the embedded backends without an end, and prints each number once everything of it was acknowledged.

Usage: python writer_to_kill.py HOME
"""

import asyncio
import sys
from pathlib import Path

from reelwright_chassis.bus.port import Message
from reelwright_chassis.home import open_home
from reelwright_chassis.store.port import Put, Table

PAIRS = Table("pairs", partition="id")


def content(number: int) -> bytes:
    return b"%d " % number * 20_000


async def main(folder: Path) -> None:
    async with open_home(folder) as home:
        await home.store.ensure([PAIRS])
        number = 0
        while True:
            number += 1
            one, other = ({"id": name, "number": number} for name in ("one", "other"))
            await asyncio.gather(
                home.store.transact([Put(PAIRS, one), Put(PAIRS, other)]),
                home.bus.publish([Message("numbers", "key", b"%d" % number) for _ in range(3)]),
                home.blobs.put_bytes("written/content", content(number), content_type="text/plain"),
                home.blobs.put_bytes(f"written/{number % 7}/{number}", b"x", content_type="text/plain"),
            )
            print(number, flush=True)  # noqa: T201 - the test reads it


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1])))
