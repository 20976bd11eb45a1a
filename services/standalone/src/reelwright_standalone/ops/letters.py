"""Which dead letters there are, and which are meant."""

from collections.abc import Sequence
from dataclasses import dataclass

from reelwright_chassis.bus.browser import Browser
from reelwright_chassis.letters import Letter, read_letters
from reelwright_chassis.topics import dead_letters_of, topics
from reelwright_standalone.errors import InputError


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which letters; "", () and None for any. `error` is found anywhere in a letter's error."""

    topic: str = ""
    names: Sequence[str] = ()
    error: str = ""
    project: str = ""
    since_s: float | None = None
    scan: int = 1_000
    """How many records of each partition are looked at, from the newest on."""

    @property
    def selects(self) -> bool:
        return bool(self.topic or self.names or self.error or self.project or self.since_s is not None)

    def fits(self, letter: Letter) -> bool:
        return (
            (not self.names or letter.name in self.names)
            and self.error.lower() in letter.error.lower()
            and self.project in ("", letter.project_id)
            and (self.since_s is None or letter.failed_at_s >= self.since_s)
        )


async def find_letters(browser: Browser, wanted: Wanted) -> list[Letter]:
    """Newest first. Raises `InputError` for a topic or a letter that is not there, `Unavailable`."""
    found: list[Letter] = []
    for topic in _topics(wanted):
        found += read_letters(await browser.latest(dead_letters_of(topic), wanted.scan))
    found = sorted(filter(wanted.fits, found), key=lambda letter: letter.record.timestamp_s, reverse=True)
    missing = set(wanted.names) - {letter.name for letter in found}
    if missing:
        raise InputError(
            f"{min(missing)!r} is no dead letter that fits; see `reelwright ops dlq list`, "
            f"or look further back with --scan (now {wanted.scan})."
        )
    return found


def _topics(wanted: Wanted) -> list[str]:
    """Those that have dead letters, as far as the names and the filter allow."""
    declared = [name for name, topic in topics().topics.items() if topic.groups]
    named = {name.split("/")[0] for name in wanted.names} | ({wanted.topic} if wanted.topic else set())
    for topic in named:
        if topic.removesuffix(topics().dead_letters.suffix) not in declared:
            raise InputError(f"{topic!r} is no topic with dead letters; there are {', '.join(declared)}.")
    named = {topic.removesuffix(topics().dead_letters.suffix) for topic in named}
    return [topic for topic in declared if not named or topic in named]
