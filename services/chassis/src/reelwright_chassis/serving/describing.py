"""What settings there are, for `--help` and for the documentation."""

import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import AliasChoices, SecretStr
from pydantic.fields import FieldInfo
from pydantic_settings import BaseSettings


@dataclass(frozen=True, slots=True)
class Described:
    """One setting. `default` is None where it must be set, and empty where nothing is chosen."""

    variable: str
    also: tuple[str, ...]
    default: str | None
    means: str


def describe(settings: type[BaseSettings]) -> Iterator[Described]:
    """Its settings in order, those of the settings classes within it too."""
    for name, field in settings.model_fields.items():
        if isinstance(field.annotation, type) and issubclass(field.annotation, BaseSettings):
            yield from describe(field.annotation)
        else:
            variable, *also = _variables(settings, name, field)
            yield Described(variable, tuple(also), _default(field), field.description or "")


def _variables(settings: type[BaseSettings], name: str, field: FieldInfo) -> list[str]:
    alias = field.validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices]
    return [str(alias) if alias is not None else f"{settings.model_config.get('env_prefix', '')}{name}".upper()]


def _default(field: FieldInfo) -> str | None:
    if field.is_required():
        return None
    if field.default_factory is not None:
        return ""
    return _text(field.default)


def _text(value: Any) -> str:
    match value:
        case None | SecretStr():
            return ""
        case bool():
            return str(value).lower()
        case float():
            return f"{value:g}"
        case str() | int() | Path():
            return str(value)
        case tuple() | list() | frozenset():
            return json.dumps(sorted(value)) if value else ""
        case _:
            return str(value)
