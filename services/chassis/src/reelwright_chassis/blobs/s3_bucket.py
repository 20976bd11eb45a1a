"""What a bucket has to be like, made so: `reelwright provision`'s part. Nothing is ever shrunk or deleted."""

import asyncio
from collections.abc import Callable, Iterator, Sequence
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from reelwright_chassis.blobs import s3_rules as rules
from reelwright_chassis.blobs.s3_client import make_client
from reelwright_chassis.blobs.s3_errors import code_of, is_unsupported, status_of, translated
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.errors import Unavailable
from reelwright_chassis.findings import Change

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_BLOCKED = ("BlockPublicAcls", "IgnorePublicAcls", "BlockPublicPolicy", "RestrictPublicBuckets")


async def provision_bucket(settings: S3Settings, *, dry_run: bool = False) -> list[Change]:
    """Create the bucket where it is missing, and the rules that it lacks; what was done, or in a dry run would be.

    Idempotent. Rules of others stay as they are. What the server does not know (many S3 servers know less than S3) is
    said as a change that begins with "skipped". Raises `Unavailable`, with a sentence on what is missing.
    """
    return await asyncio.to_thread(_provision, settings, dry_run=dry_run)


def _provision(settings: S3Settings, *, dry_run: bool) -> list[Change]:
    with translated(settings.bucket):
        client = make_client(settings)
        try:
            return list(_Provisioning(client, settings, dry_run=dry_run).run())
        finally:
            client.close()


class _Provisioning:
    """One run over one bucket."""

    def __init__(self, client: "S3Client", settings: S3Settings, *, dry_run: bool) -> None:
        self._client = client
        self._settings = settings
        self._bucket = settings.bucket
        self._dry_run = dry_run

    def run(self) -> Iterator[Change]:
        exists = bucket_exists(self._client, self._bucket)
        if not exists:
            yield from self._create()
        steps: Sequence[tuple[str, Callable[[bool], str | None]]] = (
            ("public access block", self._block_public_access),
            ("default encryption", self._encrypt),
            ("lifecycle rules", self._set_lifecycle),
            ("CORS rules", self._set_cors),
            ("transfer acceleration", self._accelerate),
        )
        for subject, step in steps:
            if (what := self._try(subject, step, exists=exists or not self._dry_run)) is not None:
                yield Change("bucket", self._bucket, what)

    def _create(self) -> Iterator[Change]:
        if not self._settings.create_bucket:
            raise Unavailable(
                f"S3: there is no bucket {self._bucket}, and REELWRIGHT_S3_CREATE_BUCKET=false. "
                "Create it, or allow that"
            )
        if not self._dry_run:
            region = self._client.meta.region_name
            where: Any = {}
            if region != "us-east-1":
                where = {"CreateBucketConfiguration": {"LocationConstraint": region}}
            try:
                self._client.create_bucket(Bucket=self._bucket, **where)
            except ClientError as error:
                if code_of(error) == "BucketAlreadyOwnedByYou":
                    return  # another provisioning was quicker
                raise
        yield Change("bucket", self._bucket, "created")

    def _try(self, subject: str, step: Callable[[bool], str | None], *, exists: bool) -> str | None:
        try:
            return step(exists)
        except ClientError as error:
            if is_unsupported(error):
                return f"skipped: {subject}: this server does not know them"
            raise

    def _block_public_access(self, exists: bool) -> str | None:
        wanted = dict.fromkeys(_BLOCKED, True)
        call = self._client.get_public_access_block
        found = answer_or(call, {}, "NoSuchPublicAccessBlockConfiguration", Bucket=self._bucket) if exists else {}
        if found.get("PublicAccessBlockConfiguration", {}) == wanted:
            return None
        if not self._dry_run:
            self._client.put_public_access_block(Bucket=self._bucket, PublicAccessBlockConfiguration=wanted)  # type: ignore[arg-type]
        return "public access blocked"

    def _encrypt(self, exists: bool) -> str | None:
        """Only where nothing encrypts yet, or KMS is asked for: another's choice is not weakened."""
        missing = "ServerSideEncryptionConfigurationNotFoundError"
        found = answer_or(self._client.get_bucket_encryption, {}, missing, Bucket=self._bucket) if exists else {}
        wanted = rules.encryption(self._settings)
        if rules.encrypts(found, wanted):
            return None
        if not self._dry_run:
            # A bucket key: KMS is called once for many objects, not for each.
            rule: Any = {"ApplyServerSideEncryptionByDefault": wanted, "BucketKeyEnabled": "aws:kms" in wanted.values()}
            self._client.put_bucket_encryption(Bucket=self._bucket, ServerSideEncryptionConfiguration={"Rules": [rule]})
        return f"encrypted by default with {wanted['SSEAlgorithm']}"

    def _set_lifecycle(self, exists: bool) -> str | None:
        call = self._client.get_bucket_lifecycle_configuration
        found = answer_or(call, {}, "NoSuchLifecycleConfiguration", Bucket=self._bucket) if exists else {}
        there = {rule.get("ID"): rule for rule in found.get("Rules", [])}
        lacking = {rule["ID"]: rule for rule in rules.lifecycle(self._settings) if not rules.holds(there, rule)}
        if not lacking:
            return None
        if not self._dry_run:
            self._client.put_bucket_lifecycle_configuration(
                Bucket=self._bucket, LifecycleConfiguration={"Rules": list({**there, **lacking}.values())}
            )
        return f"lifecycle: {', '.join(lacking)}"

    def _set_cors(self, exists: bool) -> str | None:
        if not self._settings.cors_origins:
            return None
        found = (
            answer_or(self._client.get_bucket_cors, {}, "NoSuchCORSConfiguration", Bucket=self._bucket)
            if exists
            else {}
        )
        there, wanted = found.get("CORSRules", []), rules.cors(self._settings)
        if any(rules.admits(rule, wanted) for rule in there):
            return None
        all_of_them: Any = [*(rule for rule in there if rule.get("ID") != wanted["ID"]), wanted]
        if not self._dry_run:
            self._client.put_bucket_cors(Bucket=self._bucket, CORSConfiguration={"CORSRules": all_of_them})
        return f"CORS for {', '.join(wanted['AllowedOrigins'])}"

    def _accelerate(self, exists: bool) -> str | None:
        if not self._settings.transfer_acceleration:
            return None
        if exists and self._client.get_bucket_accelerate_configuration(Bucket=self._bucket).get("Status") == "Enabled":
            return None
        if not self._dry_run:
            self._client.put_bucket_accelerate_configuration(
                Bucket=self._bucket, AccelerateConfiguration={"Status": "Enabled"}
            )
        return "transfer acceleration turned on"


def bucket_exists(client: "S3Client", bucket: str) -> bool:
    """Raises botocore's `ClientError` when it is there but may not be looked at."""
    try:
        client.head_bucket(Bucket=bucket)
    except ClientError as error:
        if status_of(error) == 404:
            return False
        raise
    return True


def answer_or(call: Callable[..., Any], otherwise: Any, missing: str, **request: str) -> Any:
    """The call's answer, or `otherwise` where S3 says that there is no such configuration."""
    try:
        return call(**request)
    except ClientError as error:
        if code_of(error) == missing:
            return otherwise
        raise
