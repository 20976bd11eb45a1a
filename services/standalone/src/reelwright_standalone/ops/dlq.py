"""`reelwright ops dlq list` and `show`: what could not be worked on, and why."""

import json
from collections import Counter
from collections.abc import Sequence
from typing import Any

from rich.console import Console

from reelwright_chassis.letters import Letter
from reelwright_standalone.ops import printing
from reelwright_standalone.ops.desk import open_browser
from reelwright_standalone.ops.letters import Wanted, find_letters
from reelwright_standalone.ops.reading import read_message, shown
from reelwright_standalone.ops.telling import run

_HEX_BYTES = 64


def list_letters(console: Console, wanted: Wanted, limit: int, *, as_json: bool) -> int:
    letters = run(lambda: _find(wanted))
    if as_json:
        printing.print_json([_as_dict(letter) for letter in letters[:limit]])
        return 0
    if not letters:
        console.print("No dead letters.")
        return 0
    _print_counts(console, letters)
    rows = printing.table("letter", "from", "project", "type", ">attempts", "error", "died", "sent again")
    for letter in letters[:limit]:
        again = f"{printing.ago(letter.redriven_at_s)} ago" if letter.redriven_at_s else ""
        rows.add_row(
            letter.name, _origin(letter), printing.plain(letter.project_id), letter.type, str(letter.attempts),
            printing.plain(_short(letter.error)), f"{printing.ago(letter.failed_at_s)} ago", again,
        )  # fmt: skip
    console.print()
    console.print(rows)
    if len(letters) > limit:
        console.print(f"[dim]The newest {limit} of {len(letters)} (--limit).[/]")
    return 0


async def _find(wanted: Wanted) -> list[Letter]:
    async with open_browser() as browser:
        return await find_letters(browser, wanted)


def _print_counts(console: Console, letters: Sequence[Letter]) -> None:
    """By topic and error, the most first."""
    counts = Counter((letter.topic, _short(letter.error)) for letter in letters)
    left = Counter((letter.topic, _short(letter.error)) for letter in letters if letter.redriven_at_s is None)
    rows = printing.table("topic", "error", ">letters", ">not sent again")
    for (topic, error), count in counts.most_common():
        rows.add_row(topic, printing.plain(error), str(count), str(left[topic, error]))
    console.print(rows)


def show_letter(console: Console, name: str, wanted: Wanted, *, reveal: bool, as_json: bool) -> int:
    (letter,) = run(lambda: _find(wanted))
    message = read_message(letter)
    content = shown(message, reveal=reveal) if message is not None else _unreadable(letter, reveal=reveal)
    if as_json:
        printing.print_json(_as_dict(letter) | {"headers": _headers(letter), "message": content})
        return 0
    console.print(f"[bold]{name}[/]: {printing.plain(letter.error)}, {printing.ago(letter.failed_at_s)} ago, after "
                  f"{printing.counted(letter.attempts, 'attempt')}")  # fmt: skip
    rows = printing.table("header", "value")
    for header, value in _headers(letter).items():
        rows.add_row(printing.plain(header), printing.plain(value))
    printing.print_lines(console, "Headers", rows, len(letter.record.headers))
    console.print(f"\n[bold]Message[/] ({letter.type or 'of no type'}, {len(letter.record.value)} bytes)")
    console.print(json.dumps(content, indent=2, ensure_ascii=False), markup=False)
    if not reveal:
        console.print("[dim]People's words are left out; --reveal shows them.[/]")
    return 0


def _unreadable(letter: Letter, *, reveal: bool) -> dict[str, Any]:
    found: dict[str, Any] = {"unreadable": f"these {len(letter.record.value)} bytes are no message that is known here"}
    return found | ({"hex": letter.record.value[:_HEX_BYTES].hex(" ")} if reveal else {})


def _headers(letter: Letter) -> dict[str, str]:
    return {name: value.decode("utf-8", errors="replace") for name, value in sorted(letter.record.headers.items())}


def _as_dict(letter: Letter) -> dict[str, Any]:
    return {
        "letter": letter.name,
        "topic": letter.topic,
        "partition": letter.partition,
        "offset": letter.offset,
        "project_id": letter.project_id,
        "type": letter.type,
        "group": letter.group,
        "attempts": letter.attempts,
        "error": letter.error,
        "failed_at": letter.failed_at_s,
        "redriven_at": letter.redriven_at_s,
    }


def _origin(letter: Letter) -> str:
    return f"{letter.partition}/{letter.offset}" if letter.partition is not None else "director"


def _short(error: str) -> str:
    """The error's own name: where it is defined helps nobody here."""
    return error.rpartition(".")[2]
