"""Structured logs: every line has an `action`, and the ids of what it is about.

Nobody's words, prompts or file names go into a log. Messages of exceptions may hold them, so an exception is logged by
its type and where it came from; its message only at level DEBUG.
"""

import logging
import sys
import time
from collections.abc import Callable, MutableMapping
from contextlib import suppress
from functools import partial
from typing import Any, Literal, TextIO

import structlog
from structlog.contextvars import bind_contextvars, merge_contextvars, reset_contextvars

from reelwright_chassis.stacks import frames_of
from reelwright_chassis.tracing import current

Event = MutableMapping[str, Any]

_MAX_VALUE = 300
_STDLIB_ACTION = "library"
# These say the same again and again while a broker or a collector is away, and at DEBUG what is in messages.
_TALKATIVE = ("aiokafka", "opentelemetry")
_AGAIN_AFTER_S = 30.0


def get_logger(name: str) -> structlog.typing.FilteringBoundLogger:
    """A logger whose first argument is the action: `log.info("job_finished", seconds=3.2)`."""
    logger: structlog.typing.FilteringBoundLogger = structlog.get_logger(name)
    return logger


class about:  # noqa: N801 - used as `with about(...):`, as contextlib's own
    """Lines logged within, in tasks begun there too, have these: `with about(project_id=..., request_id=...):`."""

    __slots__ = ("_ids", "_tokens")

    def __init__(self, **ids: str) -> None:
        self._ids = ids

    def __enter__(self) -> None:
        self._tokens = bind_contextvars(**self._ids)

    def __exit__(self, *_: object) -> None:
        reset_contextvars(**self._tokens)


def configure_logs(
    *, service: str, style: Literal["json", "pretty"], level: str = "INFO", stream: TextIO | None = None
) -> None:
    """Send this process's logs, those of libraries too, to `stream` (standard error) in one style. Call it once."""
    level_number = logging.getLevelNamesMapping()[level.upper()]
    stream = stream or sys.stderr

    def add_service(_: object, __: str, event: Event) -> Event:
        event["service"] = service
        return event

    shared: list[Any] = [
        merge_contextvars,
        _with_trace,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        add_service,
        _with_action,
        _without_words if level_number > logging.DEBUG else structlog.processors.format_exc_info,
        _clipped,
    ]
    renderer = _renderer(style, colours=stream.isatty())
    handler = logging.StreamHandler(stream)
    handler.setFormatter(_formatter(shared, renderer))
    handler.addFilter(_seldom())
    root = logging.getLogger()
    root.handlers = [handler]
    root.setLevel(level_number)
    structlog.configure(
        processors=[*shared, renderer],
        logger_factory=partial(_Lines, handler),
        wrapper_class=structlog.make_filtering_bound_logger(level_number),
        cache_logger_on_first_use=False,
    )


class _Lines:
    """Where our own lines end: the handler's stream, for as long as it is the root's.

    They do not pass through `logging`, which costs more than all that is done to a line before. As there, a stream that
    takes no more costs lines and nothing else.
    """

    def __init__(self, handler: "logging.StreamHandler[TextIO]", name: str) -> None:
        self._handler = handler
        self.name = name

    def write(self, line: str) -> None:
        if self._handler not in logging.getLogger().handlers:
            return
        self._handler.acquire()
        try:
            with suppress(OSError, ValueError):
                self._handler.stream.write(line + "\n")
                self._handler.flush()
        finally:
            self._handler.release()

    debug = info = warning = error = critical = write


def _seldom() -> Callable[[logging.LogRecord], bool]:
    """A filter that lets a talkative library say the same thing now and then only."""
    said_at_s: dict[str, float] = {}

    def passes(record: logging.LogRecord) -> bool:
        if not record.name.startswith(_TALKATIVE):
            return True
        what, now_s = f"{record.name} {record.msg}", time.monotonic()
        if record.levelno < logging.INFO or now_s - said_at_s.get(what, float("-inf")) < _AGAIN_AFTER_S:
            return False
        said_at_s[what] = now_s
        return True

    return passes


def _warn_only() -> None:
    """How it is until `configure_logs`, so in tests: warnings, without anybody's words, to standard error."""
    structlog.configure(
        processors=[
            merge_contextvars,
            structlog.processors.add_log_level,
            _with_action,
            _without_words,
            _clipped,
            structlog.processors.KeyValueRenderer(key_order=["level", "action"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=lambda *_: structlog.PrintLogger(sys.stderr),
    )


def _renderer(style: str, *, colours: bool) -> Any:
    if style == "json":
        return structlog.processors.JSONRenderer()
    return structlog.dev.ConsoleRenderer(colors=colours, event_key="action")


def _formatter(before: list[Any], renderer: Any) -> logging.Formatter:
    """How libraries' lines become ours."""
    remove = structlog.stdlib.ProcessorFormatter.remove_processors_meta
    return structlog.stdlib.ProcessorFormatter(foreign_pre_chain=before, processors=[remove, renderer])


def _with_trace(_: object, __: str, event: Event) -> Event:
    """The trace that the line belongs to, if it belongs to one."""
    context = current()
    if context is not None:
        event.setdefault("trace_id", context.trace_id)
    return event


def _with_action(_: object, __: str, event: Event) -> Event:
    """Our own lines say what happened in a word; a library's line is a message."""
    text = event.pop("event", "")
    if "_record" in event:
        event["message"], text = text, _STDLIB_ACTION
    event["action"] = text
    return event


def _without_words(_: object, __: str, event: Event) -> Event:
    """Turn `exc_info` into the exception's type and stack, without its message."""
    info = event.pop("exc_info", None)
    error = sys.exc_info()[1] if info is True else info[1] if isinstance(info, tuple) else info
    if isinstance(error, BaseException):
        event["exception"] = f"{type(error).__module__}.{type(error).__qualname__}"
        event["stack"] = frames_of(error)
        if isinstance(error, OSError) and error.errno is not None:
            event["errno"] = error.errno
    return event


def _clipped(_: object, __: str, event: Event) -> Event:
    """A line is for numbers and names: what is longer is cut."""
    for name, value in event.items():
        if isinstance(value, str) and len(value) > _MAX_VALUE and name != "exception":
            event[name] = value[:_MAX_VALUE] + "..."
    return event


if not structlog.is_configured():
    _warn_only()
