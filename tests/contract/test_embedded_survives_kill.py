"""A writer is killed in the middle of its writes, again and again: what it was told is stored is, whole."""

import random
import subprocess
import sys
from pathlib import Path

from reelwright_chassis.bus.port import Record
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.store.port import Table

PAIRS = Table("pairs", partition="id")
WRITER = Path(__file__).with_name("writer_to_kill.py")


def write_and_kill(home: Path, after: int) -> int:
    """The last number that the writer was told is stored. It is killed while it writes the next."""
    writer = subprocess.Popen([sys.executable, WRITER, home], stdout=subprocess.PIPE, text=True)
    assert writer.stdout is not None
    for line in writer.stdout:
        if int(line) == after:
            break
    writer.kill()
    acknowledged = [after, *map(int, writer.stdout.read().split())]  # it may have been quicker than the kill
    writer.stdout.close()
    assert writer.wait() == -9
    return acknowledged[-1]


async def check(home: Home, acknowledged: int) -> None:
    await home.store.ensure([PAIRS])
    one, other = await home.store.get(PAIRS, {"id": "one"}), await home.store.get(PAIRS, {"id": "other"})
    assert one is not None
    assert other is not None
    assert one["number"] == other["number"], "a transaction was torn"
    assert one["number"] in (acknowledged, acknowledged + 1)

    words = set((await home.blobs.read("written/content")).split())
    assert words in ({b"%d" % acknowledged}, {b"%d" % (acknowledged + 1)}), "a blob was torn, or lost"
    assert list((home.path / "blobs" / ".incoming").iterdir()) == []
    assert await home.blobs.stat(f"written/{acknowledged % 7}/{acknowledged}")


class Quiet:
    async def assigned(self, partitions: object) -> None: ...

    async def revoked(self, partitions: object) -> None: ...


async def read_all(home: Home, group: str) -> list[Record]:
    consumer = await home.bus.consumer(["numbers"], group=group, member="m", listener=Quiet())
    records: list[Record] = []
    while await home.bus.lag("numbers", group):
        records += await consumer.poll(max_records=1000, timeout_s=10)
        await consumer.commit({record.at: record.offset + 1 for record in records})
    return records


async def test_everything_acknowledged_is_there_after_kill_9(tmp_path: Path) -> None:
    told: list[int] = []
    for round_number in range(2):
        acknowledged = write_and_kill(tmp_path, after=random.randint(1, 12))
        async with open_home(tmp_path) as home:
            await check(home, acknowledged)
            records = await read_all(home, "all")
        numbers = [int(record.value) for record in records]
        told = numbers if round_number == 0 else told
        offsets = [record.offset for record in records]
        assert offsets == list(range(offsets[0], offsets[0] + len(offsets))), "an offset is missing"
        for number in range(1, acknowledged + 1):
            assert numbers.count(number) == 3
        assert set(numbers) <= set(range(1, acknowledged + 2))
    async with open_home(tmp_path) as home:
        assert await home.bus.lag("numbers", "all") == 0, "what was committed is remembered"
        first_round = [int(record.value) for record in await read_all(home, "another")][: len(told)]
        assert first_round == told
