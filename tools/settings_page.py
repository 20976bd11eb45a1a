"""The page of all settings, by the classes that read them: docs/settings.md."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

from pydantic import SecretStr
from pydantic.fields import FieldInfo
from pydantic_core import PydanticUndefined
from pydantic_settings import BaseSettings
from tools.setting_names import aliases_of, helm_value, variable

from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.serving.settings import DirectorAddress, ServiceSettings
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.tracing.settings import TracingSettings
from reelwright_director.settings import DirectorSettings
from reelwright_gateway.settings import GatewaySettings
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_sim.settings import SimSettings
from reelwright_planner.settings import PlannerSettings
from reelwright_renderer.settings import PreviewSettings, RendererSettings
from reelwright_standalone.ops.settings import OpsSettings
from reelwright_transcription.settings import OpenAiSettings, TranscriptionSettings


class Section(NamedTuple):
    title: str
    readers: str
    classes: tuple[type[BaseSettings], ...]


SECTIONS = (
    Section("Every service", "All services but the simulator.", (ServiceSettings,)),
    Section("Tracing", "All services but the simulator; `reelwright make` and `serve`. "
            "[Tracing](operations.md#tracing) says what is traced. OpenTelemetry's other variables count, too.",
            (TracingSettings,)),
    Section("Finding the director", "gateway and all workers; `reelwright ops`.", (DirectorAddress,)),
    Section("Kafka", "All services but preview and the simulator. [Kafka](kafka.md) has rights and topics.",
            (KafkaSettings,)),
    Section("DynamoDB", "director, kling-gateway. Credentials are found as boto3 finds them.", (DynamoSettings,)),
    Section("S3", "All services but planner and the simulator. [Object storage](object-storage.md) has the rights.",
            (S3Settings,)),
    Section("director", "director", (DirectorSettings,)),
    Section("gateway", "gateway", (GatewaySettings,)),
    Section("transcription", "transcription", (TranscriptionSettings, OpenAiSettings)),
    Section("planner", "planner", (PlannerSettings,)),
    Section("kling-gateway", "kling-gateway", (KlingSettings,)),
    Section("renderer", "renderer, renderer-gpu", (RendererSettings,)),
    Section("preview", "preview", (PreviewSettings,)),
    Section("kling-sim", "The simulator of Kling. An unknown `REELWRIGHT_SIM_*` is an error.", (SimSettings,)),
    Section("reelwright ops", "The command, beside Kafka's settings and the director's address.", (OpsSettings,)),
)  # fmt: skip

_HEAD = """# Settings

Generated from the services' settings classes by `make docs`. Services read their environment once, at the start; a
variable that is not right is named in a sentence, and the process ends with status 2. One that is set to nothing counts
as not set.

In the Helm chart they stand under `settings`, by the names of the last column; secrets stand under `secrets`. One
person's `reelwright make` and `reelwright serve` need none of them ([running it](operations.md#settings)).
"""


def page() -> str:
    return _HEAD + "".join(f"\n{text}" for text in map(_section, SECTIONS))


def _section(section: Section) -> str:
    rows = [row for each in section.classes for row in _rows(each)]
    head = "| variable | default | meaning | chart |\n|---|---|---|---|"
    readers = "" if section.readers == section.title else f"{section.readers}\n\n"
    return f"## {section.title}\n\n{readers}" + "\n".join([head, *rows]) + "\n"


def _rows(each: type[BaseSettings]) -> Iterator[str]:
    for name, field in each.model_fields.items():
        if not (isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings)):
            also = "".join(f", or `{alias}`" for alias in aliases_of(each, name)[1:])
            cells = (f"`{variable(each, name)}`{also}", _default(field), field.description or "", _chart(each, name))
            yield "| " + " | ".join(cell.replace("|", "\\|").strip() for cell in cells) + " |"


def _chart(each: type[BaseSettings], name: str) -> str:
    value = helm_value(each, name)
    return f"`{value}`" if value else ""


def _default(field: FieldInfo) -> str:
    """Empty for one that is unset, or made at the start: the description says what holds then."""
    if field.is_required():
        return "**required**"
    value: Any = field.default
    if value is PydanticUndefined or value in (None, "", SecretStr("")):
        return ""
    if isinstance(value, SecretStr):
        return "a simulator's own"
    return f"`{_written(value)}`"


def _written(value: Any) -> str:
    """As a variable has it."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, tuple | frozenset | set | list):
        return "[" + ", ".join(map(str, value)) + "]"
    return str(value) if not isinstance(value, Path) else value.as_posix()
