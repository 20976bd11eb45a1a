"""What every service process can be told."""

import tempfile
from pathlib import Path
from typing import Literal

from pydantic import Field, field_validator

from reelwright_chassis.serving.addresses import ListenAddress
from reelwright_chassis.settings import Settings, prefix


class ServiceSettings(Settings):
    """`REELWRIGHT_SERVICE_*`, and how to log.

    It listens on this machine alone unless told otherwise, so that nothing is open by accident; the images set 0.0.0.0.
    """

    model_config = prefix("SERVICE")

    http_address: ListenAddress = Field(
        default="127.0.0.1:8081",
        description="Where /livez, /readyz and /metrics are served. In a container: 0.0.0.0:8081.",
    )
    grpc_address: ListenAddress = Field(
        default="127.0.0.1:50051", description="Where gRPC is served, if it serves any. In a container: 0.0.0.0:50051."
    )
    instance: str = Field(
        default="",
        pattern=r"^[A-Za-z0-9._-]{0,120}$",
        description="This process's name as worker and group member; it must be unique. Unset: host name, process id "
        "and six random characters.",
    )
    scratch: Path = Field(
        default_factory=lambda: Path(tempfile.gettempdir()) / "reelwright",
        description="A folder on a local disk for temporary files. Each process has its own folder in it, and removes "
        "those of processes that are gone. Unset: reelwright/ in the system's temporary folder.",
    )
    grace_s: float = Field(
        default=25.0,
        gt=0,
        description="After SIGTERM: how long the work at hand may go on before it is given back. Kubernetes' "
        "terminationGracePeriodSeconds must be at least 15 s longer.",
    )
    loop_stall_s: float = Field(
        default=30.0, gt=0, description="/livez fails when the event loop has been blocked for that long."
    )
    poll_stall_s: float = Field(
        default=180.0, gt=0, description="/livez fails when the poll loop has not turned for that long."
    )
    log_level: Literal["DEBUG", "INFO", "WARNING", "ERROR"] = Field(
        default="INFO",
        validation_alias="REELWRIGHT_LOG_LEVEL",
        description="DEBUG, INFO, WARNING or ERROR. At DEBUG messages of exceptions are logged, which may hold "
        "people's words.",
    )
    log_style: Literal["json", "pretty"] = Field(
        default="json", validation_alias="REELWRIGHT_LOG_STYLE", description="json: an object a line. pretty: for eyes."
    )

    @field_validator("log_level", mode="before")
    @classmethod
    def _upper(cls, level: object) -> object:
        return level.upper() if isinstance(level, str) else level


class DirectorAddress(Settings):
    """Where the workers and the gateway find the director."""

    model_config = prefix("DIRECTOR")

    address: str = Field(
        min_length=1,
        description="The director's gRPC address: HOST:PORT, or dns:///NAME:PORT for all replicas behind a name (a "
        "headless service).",
    )
