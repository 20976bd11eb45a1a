"""Where the bucket is, how objects lie in it, and how it is spoken to."""

from typing import Literal, Self

from pydantic import AliasChoices, Field, SecretStr, field_validator, model_validator

from reelwright_chassis.blobs.keys import check_folder
from reelwright_chassis.settings import Settings, prefix

_MIB = 1 << 20


class S3Settings(Settings):
    """S3, or anything that speaks like it. Without keys boto3 finds them itself (environment, profile, role)."""

    model_config = prefix("S3")

    bucket: str = Field(pattern=r"^[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]$", description="The name of the bucket.")
    key_prefix: str = Field("", description="What each key begins with, ending in '/', where the bucket is shared.")
    endpoint_url: str | None = Field(
        None, description="The address of an S3 server, as http://minio:9000; unset, AWS's own for the region."
    )
    public_endpoint_url: str | None = Field(
        None, description="The address that browsers reach the same server by, for signed links; unset, the same one."
    )
    region: str | None = Field(
        None,
        validation_alias=AliasChoices("REELWRIGHT_S3_REGION", "AWS_REGION", "AWS_DEFAULT_REGION"),
        description="The region of the bucket, as eu-central-1.",
    )
    access_key_id: str | None = Field(None, description="The key's name, where the bucket has keys of its own.")
    secret_access_key: SecretStr | None = Field(None, description="The secret that belongs to the key.")
    path_style: bool | None = Field(
        None, description="Whether the bucket stands in the path of addresses; unset: where endpoint_url is set."
    )
    transfer_acceleration: bool = Field(
        False, description="Whether signed links go through AWS's edge locations (and cost more)."
    )

    encryption: Literal["none", "AES256", "aws:kms"] = Field(
        "none", description="What each upload asks for: none (as the bucket does), AES256 or aws:kms."
    )
    kms_key_id: str | None = Field(None, description="The KMS key for aws:kms; unset, the account's own for S3.")
    checksum: Literal["crc32", "sha256", "none"] = Field(
        "crc32", description="How uploads in parts are checked by the server; none for servers that know no checksums."
    )
    # Objects never change: what is made anew has another key.
    cache_control: dict[str, str] = Field(
        {"": "private, max-age=31536000, immutable"},
        description="Cache-Control by beginning of the key, as JSON; the longest that fits counts.",
    )

    part_bytes: int = Field(
        8 * _MIB, ge=5 * _MIB, le=512 * _MIB, description="How large the parts of large uploads are, in bytes."
    )
    signed_for_s: int = Field(3600, ge=1, le=604_800, description="For how many seconds a signed link is good.")
    threads: int = Field(16, ge=1, le=256, description="How many calls one process has under way at once.")
    connect_timeout_s: float = Field(3.0, gt=0, description="Seconds until a connection has to stand.")
    read_timeout_s: float = Field(30.0, gt=0, description="Seconds that the server may say nothing.")
    attempts: int = Field(
        4, ge=1, le=20, description="How often a call is made before a lost answer or a throttle counts as an outage."
    )

    create_bucket: bool = Field(True, description="Whether provisioning may create the bucket.")
    cors_origins: list[str] = Field(
        [], description='Whose pages may upload and read by signed links, as JSON: ["https://studio.example.com"].'
    )
    abort_uploads_after_days: int = Field(
        2, ge=1, le=7, description="After how many days the parts of an upload that was never completed are removed."
    )
    keep_versions_days: int = Field(
        30, ge=1, description="In a versioned bucket: for how many days replaced and deleted objects can be restored."
    )

    @field_validator("key_prefix")
    @classmethod
    def _is_a_folder(cls, value: str) -> str:
        return check_folder(value) if value else value

    @model_validator(mode="after")
    def _fits_together(self) -> Self:
        if self.transfer_acceleration and (self.endpoint_url or self.public_endpoint_url):
            raise ValueError(
                "REELWRIGHT_S3_TRANSFER_ACCELERATION is AWS's: it goes with no endpoint address. Unset one"
            )
        if self.transfer_acceleration and "." in self.bucket:
            raise ValueError("REELWRIGHT_S3_TRANSFER_ACCELERATION needs a bucket without dots in its name")
        if (self.access_key_id is None) != (self.secret_access_key is None):
            raise ValueError("REELWRIGHT_S3_ACCESS_KEY_ID and REELWRIGHT_S3_SECRET_ACCESS_KEY go together: set both")
        if self.kms_key_id and self.encryption != "aws:kms":
            raise ValueError("REELWRIGHT_S3_KMS_KEY_ID is for REELWRIGHT_S3_ENCRYPTION=aws:kms: set that too")
        return self

    def cache_control_of(self, key: str) -> str:
        """For an object's own key, without `key_prefix`; "" when nothing is said."""
        fitting = [beginning for beginning in self.cache_control if key.startswith(beginning)]
        return self.cache_control[max(fitting, key=len)] if fitting else ""
