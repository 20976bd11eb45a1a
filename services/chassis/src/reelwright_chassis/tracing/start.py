"""Tracing of a whole process, where its environment asks for it."""

import importlib
from collections.abc import Iterator
from contextlib import contextmanager

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.logs import get_logger
from reelwright_chassis.tracing.recording import recording
from reelwright_chassis.tracing.settings import TracingSettings

log = get_logger(__name__)

COMPONENT, EMBEDDED = "reelwright", "sqlite"
"""What one process with all services in it is called, and its bus."""
_OTEL = "reelwright_chassis.tracing.otel"
_MISSING = (
    "OTEL_EXPORTER_OTLP_ENDPOINT asks for traces, and OpenTelemetry is not installed. Install it (pip install "
    "'reelwright-chassis[tracing]'), or unset the variable, or set OTEL_SDK_DISABLED=true."
)


def check_tracing(settings: TracingSettings) -> None:
    """Raises `SettingsError` when traces are asked for that cannot be made."""
    if settings.on:
        try:
            importlib.import_module(_OTEL)
        except ModuleNotFoundError as error:
            raise SettingsError(_MISSING) from error


@contextmanager
def tracing(component: str, settings: TracingSettings | None = None, *, bus: str = "kafka") -> Iterator[None]:
    """Trace this process while the block lasts, if it is asked for; what was not sent by its end is sent then.

    Raises `SettingsError`. `component` is the traces' name for it, unless the environment has another.
    """
    settings = settings or TracingSettings.load()
    check_tracing(settings)
    if not settings.on:
        yield
        return
    otel = importlib.import_module(_OTEL)
    with otel.exporting(settings.service_name or component, bus=bus) as recorder, recording(recorder):
        log.info("tracing", sampler=settings.sampler)
        yield
