"""Settings from the environment, checked once at the start; a wrong one is said in a sentence that helps."""

from typing import Self

from pydantic import AliasChoices, SecretStr, ValidationError
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails
from pydantic_settings import BaseSettings, SettingsConfigDict

from reelwright_chassis.errors import SettingsError


class Settings(BaseSettings):
    """The base of each service's one settings class.

        class PlannerSettings(Settings):
            model_config = prefix("PLANNER")
            concurrency: int = Field(8, description="How many plans are made at once.")

        settings = PlannerSettings.load()      # reads REELWRIGHT_PLANNER_CONCURRENCY

    A field of another name (a vendor's own, as KLING_API_KEY) has it as `validation_alias`. A description is what the
    error message, `--help` and docs/settings.md tell. A variable that is set to nothing counts as not set.
    """

    model_config = SettingsConfigDict(frozen=True, extra="ignore", populate_by_name=True, env_ignore_empty=True)

    @classmethod
    def load(cls, **given: object) -> Self:
        """Read the environment; `given` values go before it. Raises `SettingsError`."""
        try:
            return cls(**given)
        except ValidationError as error:
            problems = [cls._sentence(problem) for problem in error.errors()]
            raise SettingsError("\n".join(problems)) from None

    @classmethod
    def variable(cls, field: str) -> str:
        """The environment variable that a field is read from."""
        alias = cls.model_fields[field].validation_alias
        if isinstance(alias, AliasChoices):
            alias = alias.choices[0]
        return str(alias) if alias is not None else f"{cls.model_config.get('env_prefix', '')}{field}".upper()

    @classmethod
    def _sentence(cls, problem: ErrorDetails) -> str:
        name = cls._field_of(str(problem["loc"][0])) if problem["loc"] else None
        said = problem["msg"].removeprefix("Value error, ")
        if name is None:
            return f"{said}."
        field, variable = cls.model_fields[name], cls.variable(name)
        means = f" It says: {field.description}" if field.description else ""
        if problem["type"] == "missing":
            return f"{variable} is not set.{means} Set it and start again."
        return f"{variable}{_value(field, problem)} is not right: {said}.{means} Correct it and start again."

    @classmethod
    def _field_of(cls, location: str) -> str | None:
        """The field that pydantic means, which it names by the field or by its alias."""
        names = (name for name in cls.model_fields if location.upper() in (name.upper(), cls.variable(name).upper()))
        return next(names, None)


def prefix(section: str) -> SettingsConfigDict:
    """The configuration of a settings class whose variables are `REELWRIGHT_<SECTION>_<NAME>`."""
    return SettingsConfigDict(env_prefix=f"REELWRIGHT_{section}_")


def _value(field: FieldInfo, problem: ErrorDetails) -> str:
    """What the variable holds, where that is no secret and short."""
    value = problem.get("input")
    if "Secret" in str(field.annotation) or isinstance(value, SecretStr) or not isinstance(value, str | int | float):
        return ""
    return f"={str(value)[:40]!r}"
