"""Which deployment `reelwright ops` speaks to, and who speaks."""

import getpass
import socket

from pydantic import Field
from pydantic_settings import SettingsConfigDict

from reelwright_chassis.settings import Settings


def _whoever_this_is() -> str:
    try:
        return f"{getpass.getuser()}@{socket.gethostname()}"
    except (KeyError, OSError):  # a container's user may have no name
        return socket.gethostname()


class OpsSettings(Settings):
    """Without a director's address it is this machine's own projects."""

    model_config = SettingsConfigDict(env_prefix="REELWRIGHT_OPS_", env_ignore_empty=True)

    director_address: str = Field(
        default="",
        validation_alias="REELWRIGHT_DIRECTOR_ADDRESS",
        description="The director's gRPC address: HOST:PORT, or dns:///NAME:PORT for all replicas behind a name.",
    )
    bootstrap_servers: str = Field(
        default="",
        validation_alias="REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS",
        description="host:port of one broker or more, separated by commas.",
    )
    by: str = Field(
        default_factory=_whoever_this_is,
        max_length=200,
        description="Your name, for the audit. Unset: your user name and this machine's.",
    )

    @property
    def embedded(self) -> bool:
        """Whether it is this machine's own projects: nothing names a cluster."""
        return not (self.director_address or self.bootstrap_servers)
