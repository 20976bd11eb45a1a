"""`reelwright ops dlq redrive`: the original bytes, under the original key, to the original topic, once."""

from dataclasses import dataclass

from rich.console import Console

from reelwright_chassis.ids import new_id
from reelwright_chassis.letters import Letter, again, mark
from reelwright_standalone.errors import InputError
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.desk import Post, open_post
from reelwright_standalone.ops.letters import Wanted, find_letters
from reelwright_standalone.ops.pace import Pace
from reelwright_standalone.ops.telling import run


@dataclass
class Sent:
    """What came of it. `before` were sent again by an earlier redrive, and are left alone."""

    found: int = 0
    sent: int = 0
    before: int = 0


def redrive(
    console: Console, wanted: Wanted, *, everything: bool, force: bool, rate: float, dry_run: bool, as_json: bool
) -> int:
    """Raises `InputError` where nothing says which letters are meant."""
    if not (wanted.selects or everything):
        raise InputError(
            "Which letters? Name them, or narrow them by --topic, --error, --project or --since; or --all."
        )
    sent = run(lambda: _redrive(wanted, force=force, rate=rate, dry_run=dry_run))
    if as_json:
        printing.print_json({"dry_run": dry_run, "found": sent.found, "sent": sent.sent, "sent_before": sent.before})
        return 0
    verb = "Would send" if dry_run else "Sent"
    console.print(f"{verb} {sent.sent} of {printing.counted(sent.found, 'dead letter')} again.")
    if sent.before:
        console.print(f"{sent.before} were sent again before and were left alone; --force sends them once more.")
    return 0


async def _redrive(wanted: Wanted, *, force: bool, rate: float, dry_run: bool) -> Sent:
    """Oldest first. Raises `Unavailable`: what was sent until then is marked, so the same command goes on."""
    sent, pace = Sent(), Pace(rate)
    async with open_post() as post:
        letters = await find_letters(post.browser, wanted)
        sent.found = len(letters)
        for letter in reversed(letters):
            if letter.redriven_at_s is not None and not force:
                sent.before += 1
                continue
            if not dry_run:
                await pace.next()
                await send_again(post, letter)
            sent.sent += 1
    return sent


async def send_again(post: Post, letter: Letter) -> None:
    """The mark comes after: dying in between sends a letter twice, which does no harm, and never not at all."""
    redrive_id = new_id()
    await post.bus.publish([again(letter, redrive_id)])
    await post.bus.publish([mark(letter, redrive_id, post.by)])
