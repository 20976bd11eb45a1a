"""Where the broker is, and how this process says who it is: `REELWRIGHT_KAFKA_*`."""

from typing import Annotated, Literal, Self

from pydantic import Field, SecretStr, model_validator

from reelwright_chassis.settings import Settings, prefix
from reelwright_chassis.topics import topics

Seconds = Annotated[float, Field(gt=0)]


class KafkaSettings(Settings):
    """Times have defaults for long jobs; a test's are shorter."""

    model_config = prefix("KAFKA")

    bootstrap_servers: str = Field(min_length=1, description="host:port of one broker or more, separated by commas.")
    topic_prefix: str = Field(
        default_factory=lambda: topics().prefix,
        pattern=r"^[A-Za-z0-9._-]*$",
        description="Goes before the names of topics and consumer groups, so that deployments can share a broker. "
        "Unset: reelwright. with its dot.",
    )

    security_protocol: Literal["PLAINTEXT", "SSL", "SASL_PLAINTEXT", "SASL_SSL"] = Field(
        "PLAINTEXT", description="How the broker's listener is reached."
    )
    ssl_cafile: str = Field(
        "", description="The authority that signed the broker's certificate, as PEM; or the system's."
    )
    ssl_certfile: str = Field("", description="This client's own certificate, as PEM, where the broker asks for one.")
    ssl_keyfile: str = Field("", description="The key of ssl_certfile, as PEM, where it is in another file.")
    sasl_mechanism: Literal["PLAIN", "SCRAM-SHA-256", "SCRAM-SHA-512", "OAUTHBEARER"] = Field(
        "SCRAM-SHA-512", description="How this client proves who it is, with a SASL protocol."
    )
    sasl_username: str = Field("", description="The user, for PLAIN and SCRAM.")
    sasl_password: SecretStr = Field(SecretStr(""), description="The password, for PLAIN and SCRAM.")

    token_provider: str = Field(
        "",
        pattern=r"^(aws-msk-iam|oauth|[\w.]+:\w+)?$",
        description="Where OAUTHBEARER's tokens come from: aws-msk-iam, oauth, or a function as package.module:name.",
    )
    aws_region: str = Field("", description="The region of the cluster, for aws-msk-iam.")
    oauth_token_url: str = Field(
        "", pattern=r"^(https?://.+)?$", description="Where client credentials are exchanged for a token, for oauth."
    )
    oauth_client_id: str = Field("", description="The client's id, for oauth.")
    oauth_client_secret: SecretStr = Field(SecretStr(""), description="The client's secret, for oauth.")
    oauth_scope: str = Field("", description="The scope to ask for, for oauth; may be empty.")

    request_timeout_s: Seconds = Field(30.0, description="How long one request to a broker may take.")
    publish_timeout_s: Seconds = Field(
        30.0, description="How long a publish waits for its acknowledgement before the bus counts as away."
    )
    retry_backoff_s: Seconds = Field(0.2, description="The pause before a request is made again.")
    metadata_max_age_s: Seconds = Field(60.0, description="How soon new partitions and moved leaders are noticed.")
    session_timeout_s: Seconds = Field(45.0, description="A member without a heartbeat for so long has left its group.")
    heartbeat_interval_s: Seconds = Field(3.0, description="How often a member says that it lives.")
    # aiokafka's default would be the session timeout: too short for a member that commits before it rejoins.
    rebalance_timeout_s: Seconds = Field(60.0, description="How long a rebalance waits for its members.")
    linger_s: float = Field(0.0, ge=0, description="How long a message waits for others to be sent along with it.")
    # A bound on memory: what a fetch brings of each partition. A larger message comes alone all the same.
    max_partition_fetch_bytes: int = Field(262_144, gt=0, description="The most that a fetch asks of one partition.")
    fetch_max_bytes: int = Field(8_388_608, gt=0, description="The most that a fetch asks of one broker.")
    client_rack: str = Field("", description="The zone that this client is in, to read from a replica nearby.")
    replication_factor: int | None = Field(
        None, gt=0, description="Replicas of the topics that provisioning creates; without it, the broker's default."
    )

    @property
    def uses_tls(self) -> bool:
        return self.security_protocol.endswith("SSL")

    @property
    def uses_sasl(self) -> bool:
        return self.security_protocol.startswith("SASL")

    @property
    def uses_tokens(self) -> bool:
        return self.uses_sasl and self.sasl_mechanism == "OAUTHBEARER"

    @model_validator(mode="after")
    def _holds_together(self) -> Self:
        for field, needed in self._needed().items():
            if not _filled(getattr(self, field)):
                raise ValueError(f"{self.variable(field)} is not set, and {needed} needs it")
        if self.heartbeat_interval_s > self.session_timeout_s / 2:
            variable = self.variable("heartbeat_interval_s")
            raise ValueError(f"{variable} is more than half of {self.variable('session_timeout_s')}")
        return self

    def _needed(self) -> dict[str, str]:
        """Fields that must be filled, and what needs them."""
        if not self.uses_sasl:
            return {}
        if not self.uses_tokens:
            return dict.fromkeys(("sasl_username", "sasl_password"), self.sasl_mechanism)
        provider = f"the token provider {self.token_provider}"
        of_provider = {
            "aws-msk-iam": ("aws_region",),
            "oauth": ("oauth_token_url", "oauth_client_id", "oauth_client_secret"),
        }
        return {"token_provider": "OAUTHBEARER"} | dict.fromkeys(of_provider.get(self.token_provider, ()), provider)


def _filled(value: str | SecretStr) -> bool:
    return bool(value.get_secret_value() if isinstance(value, SecretStr) else value)
