"""Where DynamoDB is, and how it is spoken to."""

from pydantic import AliasChoices, Field

from reelwright_chassis.settings import Settings, prefix


class DynamoSettings(Settings):
    """Credentials are not among them: boto3 finds them itself (environment, profile, web identity, instance role)."""

    model_config = prefix("DYNAMODB")

    endpoint_url: str | None = Field(
        None, description="The address of DynamoDB, as http://127.0.0.1:8000; unset, AWS's own for the region."
    )
    region: str | None = Field(
        None,
        validation_alias=AliasChoices("REELWRIGHT_DYNAMODB_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
        description="The AWS region of the tables, as eu-central-1.",
    )
    table_prefix: str = Field(
        "reelwright.", pattern=r"^[A-Za-z0-9_.-]{0,64}$", description="What each table's name begins with."
    )
    max_connections: int = Field(
        32, ge=1, le=512, description="How many calls one process has under way at once: threads and connections."
    )
    connect_timeout_s: float = Field(2.0, gt=0, description="Seconds until a connection has to stand.")
    read_timeout_s: float = Field(5.0, gt=0, description="Seconds until a call has to be answered.")
    attempts: int = Field(
        6, ge=1, le=20, description="How often a call is made before a throttle or a lost answer counts as an outage."
    )
    create_tables: bool = Field(
        False, description="Whether a service makes the tables that it misses; otherwise `reelwright provision` does."
    )
    point_in_time_recovery: bool = Field(
        True, description="Whether provisioning turns on point-in-time recovery; it never turns it off."
    )
    deletion_protection: bool = Field(
        True, description="Whether provisioning protects the tables from being deleted; it never takes that away."
    )
