"""What a setting is called: in the environment, and in the chart."""

from pydantic import AliasChoices, SecretStr
from pydantic_settings import BaseSettings

SECTIONS = ("log", "service", "kafka", "dynamodb", "s3", "director", "gateway", "transcription", "planner", "kling",
            "renderer", "sim")  # fmt: skip
"""Of the chart's `settings`."""
SET_BY_THE_CHART = {
    "REELWRIGHT_SERVICE_HTTP_ADDRESS",
    "REELWRIGHT_SERVICE_GRPC_ADDRESS",
    "REELWRIGHT_SERVICE_SCRATCH",
    "REELWRIGHT_SERVICE_INSTANCE",
    "REELWRIGHT_RENDERER_TOPIC",
    "REELWRIGHT_DIRECTOR_ADDRESS",
    "REELWRIGHT_PLANNER_ADDRESS",
    "REELWRIGHT_PREVIEW_ADDRESS",
    "REELWRIGHT_GATEWAY_ADDRESS",
    "REELWRIGHT_SIM_HOST",
    "REELWRIGHT_SIM_PORT",
    "REELWRIGHT_SIM_STATE_DIR",
}


def aliases_of(each: type[BaseSettings], name: str) -> list[str]:
    """The environment variables that a field is read from; the first of them goes before the others."""
    alias = each.model_fields[name].validation_alias
    if isinstance(alias, AliasChoices):
        return [str(choice) for choice in alias.choices if str(choice).isupper()]
    return [str(alias) if alias else f"{each.model_config.get('env_prefix', '')}{name}".upper()]


def variable(each: type[BaseSettings], name: str) -> str:
    return next(iter(aliases_of(each, name)), "")


def helm_value(each: type[BaseSettings], name: str) -> str:
    """`SECTION.name` under the chart's `settings`; empty for what is secret, set by the chart, or no service's."""
    wanted = variable(each, name)
    section, _, rest = wanted.removeprefix("REELWRIGHT_").partition("_")
    is_there = wanted.startswith("REELWRIGHT_") and section.lower() in SECTIONS and wanted not in SET_BY_THE_CHART
    is_secret = each.model_fields[name].annotation is SecretStr
    return f"{section.lower()}.{_camel(rest)}" if is_there and not is_secret else ""


def _camel(words: str) -> str:
    first, *others = words.lower().split("_")
    return first + "".join(word.capitalize() for word in others)
