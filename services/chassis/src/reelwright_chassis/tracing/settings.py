"""Whether to trace, and where to send it: by OpenTelemetry's own variables, which mean here what they mean everywhere.

Only what decides anything here is read here. The SDK reads the others itself: `OTEL_EXPORTER_OTLP_HEADERS`,
`OTEL_BSP_SCHEDULE_DELAY`, `OTEL_RESOURCE_ATTRIBUTES` and so on.
"""

from typing import Self

from pydantic import Field, model_validator

from reelwright_chassis.settings import Settings

SAMPLERS = (
    "always_on",
    "always_off",
    "traceidratio",
    "parentbased_always_on",
    "parentbased_always_off",
    "parentbased_traceidratio",
)
_PROTOCOL = "http/protobuf"
_OFF = "Or set OTEL_SDK_DISABLED=true"


class TracingSettings(Settings):
    """Off unless an endpoint is set."""

    endpoint: str = Field(
        default="",
        validation_alias="OTEL_EXPORTER_OTLP_ENDPOINT",
        description="A collector that takes OTLP over HTTP, as http://collector:4318. Unset: nothing is traced.",
    )
    traces_endpoint: str = Field(
        default="",
        validation_alias="OTEL_EXPORTER_OTLP_TRACES_ENDPOINT",
        description="The same with its path, as http://collector:4318/v1/traces; it goes before the other.",
    )
    disabled: str = Field(
        default="false",
        validation_alias="OTEL_SDK_DISABLED",
        description="true: nothing is traced, whatever else is set.",
    )
    exporter: str = Field(
        default="otlp",
        validation_alias="OTEL_TRACES_EXPORTER",
        description="otlp, or none: nothing is traced.",
    )
    protocol: str = Field(
        default=_PROTOCOL,
        validation_alias="OTEL_EXPORTER_OTLP_PROTOCOL",
        description="http/protobuf is the one that is spoken here.",
    )
    sampler: str = Field(
        default="parentbased_always_on",
        validation_alias="OTEL_TRACES_SAMPLER",
        description="Which traces are kept: always_on, always_off, traceidratio, or one of them with parentbased_ "
        "before it, which keeps what its caller keeps.",
    )
    sampler_arg: float = Field(
        default=1.0,
        ge=0.0,
        le=1.0,
        validation_alias="OTEL_TRACES_SAMPLER_ARG",
        description="Of traceidratio: the share of traces that are kept, as 0.05.",
    )
    service_name: str = Field(
        default="",
        validation_alias="OTEL_SERVICE_NAME",
        description="What the traces call this process. Unset: the component, as planner.",
    )

    @property
    def on(self) -> bool:
        asked = bool(self.endpoint or self.traces_endpoint)
        return asked and self.disabled.strip().lower() != "true" and self.exporter != "none"

    @model_validator(mode="after")
    def _fits(self) -> Self:
        """Only where it is on: others' variables may stand in the environment of one who traces nothing here."""
        if not self.on:
            return self
        for variable, address in (
            ("OTEL_EXPORTER_OTLP_ENDPOINT", self.endpoint),
            ("OTEL_EXPORTER_OTLP_TRACES_ENDPOINT", self.traces_endpoint),
        ):
            if address and not address.startswith(("http://", "https://")):
                raise ValueError(f"{variable} must begin with http:// or https://, as http://collector:4318. {_OFF}")
        if self.exporter != "otlp":
            raise ValueError(f"OTEL_TRACES_EXPORTER must be otlp or none. {_OFF}")
        if self.protocol != _PROTOCOL:
            raise ValueError(f"OTEL_EXPORTER_OTLP_PROTOCOL must be {_PROTOCOL}, port 4318 of most collectors. {_OFF}")
        if self.sampler not in SAMPLERS:
            raise ValueError(f"OTEL_TRACES_SAMPLER must be one of {', '.join(SAMPLERS)}. {_OFF}")
        return self
