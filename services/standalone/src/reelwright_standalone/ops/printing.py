"""Tables, times and JSON, as all commands of `reelwright ops` print them."""

import json
import time
from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any, Literal

import typer
from google.protobuf.json_format import MessageToDict
from google.protobuf.message import Message
from google.protobuf.timestamp_pb2 import Timestamp
from rich.console import Console
from rich.table import Table

from reelwright.rpc.v1 import project_pb2
from reelwright_chassis.spans import span


def table(*columns: str, whole: Collection[str] = ()) -> Table:
    """Columns whose names begin with ">" hold numbers. In a narrow terminal `whole` columns stay, and others fold."""
    made = Table(box=None, padding=(0, 2, 0, 0), header_style="dim")
    for column in columns:
        name = column.removeprefix(">")
        justify: Literal["left", "right"] = "left" if name == column else "right"
        made.add_column(name, justify=justify, overflow="fold", no_wrap=name in whole)
    return made


def print_json(value: Any) -> None:
    """One line on standard output, for programs."""
    typer.echo(json.dumps(value, ensure_ascii=False))


def as_dict(message: Message) -> dict[str, Any]:
    return MessageToDict(message, preserving_proto_field_name=True)


def plain(text: str) -> str:
    """The text with rich's markup made harmless."""
    return text.replace("[", "\\[")


def mark(ok: bool) -> str:
    return "[green]ok[/]" if ok else "[red]not well[/]"


def seconds(stamp: Timestamp) -> float:
    """Unix time."""
    return stamp.ToMicroseconds() / 1e6


def local(stamp: Timestamp | float) -> str:
    """A time here; empty for one that is not set."""
    at_s = stamp if isinstance(stamp, float) else seconds(stamp)
    return datetime.fromtimestamp(at_s).astimezone().strftime("%Y-%m-%d %H:%M:%S") if at_s else ""


def ago(stamp: Timestamp | float) -> str:
    """How long ago a time was; empty for one that is not set."""
    at_s = stamp if isinstance(stamp, float) else seconds(stamp)
    return span(time.time() - at_s) if at_s else ""


def state_name(state: project_pb2.State.ValueType) -> str:
    return project_pb2.State.Name(state).removeprefix("STATE_").lower()


def stage_name(stage: project_pb2.Stage.ValueType) -> str:
    """Empty for none."""
    return project_pb2.Stage.Name(stage).removeprefix("STAGE_").lower() if stage else ""


def waiting_name(on: project_pb2.WaitingOn.ValueType) -> str:
    return project_pb2.WaitingOn.Name(on).removeprefix("WAITING_ON_").lower().replace("_", " ")


def print_lines(console: Console, title: str, rows: Table, count: int) -> None:
    """A part of a page; nothing where it is empty."""
    if count:
        console.print(f"\n[bold]{title}[/]")
        console.print(rows)


def counted(count: int, what: str) -> str:
    """ "1 project", "3 projects"."""
    return f"{count} {what}" if count == 1 else f"{count} {what}s"


def listed(names: Iterable[str]) -> str:
    return ", ".join(names)
