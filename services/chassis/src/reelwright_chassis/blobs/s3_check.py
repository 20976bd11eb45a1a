"""A look at a bucket with this process's own rights: `reelwright ops check`'s part."""

import asyncio
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

from botocore.exceptions import ClientError

from reelwright_chassis.blobs import s3_rules as rules
from reelwright_chassis.blobs.s3_bucket import answer_or
from reelwright_chassis.blobs.s3_client import make_client
from reelwright_chassis.blobs.s3_errors import is_denied, is_unsupported, translated
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.blobs.s3_transfer import upload_headers
from reelwright_chassis.errors import NotFound, Unavailable
from reelwright_chassis.findings import Finding
from reelwright_chassis.ids import new_id

if TYPE_CHECKING:
    from types_boto3_s3 import S3Client

_BYTES = b"reelwright ops check"
_PROVISION = "Run `reelwright provision`."
_OTHER_SERVER = "Use a server that shows an object as soon as it has taken it, as S3 does."


async def check_bucket(settings: S3Settings) -> list[Finding]:
    """Write, read, list and delete a small object, begin and abort an upload, and look at the bucket's rules.

    Never raises for what it finds. Where nothing can be written, the rest is not tried.
    """
    return await asyncio.to_thread(_check, settings)


def _check(settings: S3Settings) -> list[Finding]:
    try:
        with translated(settings.bucket):
            client = make_client(settings)
    except (Unavailable, ValueError) as error:
        return [
            Finding(
                "bucket", settings.bucket, ok=False, said=str(error), remedy="Correct the settings REELWRIGHT_S3_*."
            )
        ]
    try:
        return list(_Check(client, settings).run())
    finally:
        client.close()


class _Check:
    """One look; `run` gives its findings as they come."""

    def __init__(self, client: "S3Client", settings: S3Settings) -> None:
        self._client = client
        self._settings = settings
        self._bucket = settings.bucket
        self._at: dict[str, Any] = {"Bucket": self._bucket, "Key": f"{settings.key_prefix}checks/{new_id()}"}

    def run(self) -> Iterator[Finding]:
        listed = self._try("list", self._list, "Allow s3:ListBucket on the bucket in this process's policy.")
        yield listed
        written = self._try("write", self._write, _allow("PutObject"))
        yield written
        if not written.ok:
            return
        yield self._try("read", self._read, _allow("GetObject"))
        yield self._try("upload in parts", self._parts, _allow("AbortMultipartUpload"))
        yield self._try("delete", self._delete, _allow("DeleteObject"))
        yield self._try("lifecycle", self._lifecycle, _PROVISION, is_rule=True)
        yield self._try("encryption", self._encryption, _PROVISION, is_rule=True)

    def _try(self, name: str, look: Callable[[], str], remedy: str, *, is_rule: bool = False) -> Finding:
        """`look` says what it found, or raises. A rule that may not be looked at, or that no one knows, is no fault."""
        name = f"{self._bucket}: {name}"
        try:
            with translated(self._bucket):
                return Finding("bucket", name, ok=True, said=self._lenient(look) if is_rule else look())
        except Unavailable as error:
            return Finding("bucket", name, ok=False, said=str(error), remedy=remedy)
        except NotFound:
            return Finding("bucket", name, ok=False, said="what was written is not there", remedy=_OTHER_SERVER)

    def _lenient(self, look: Callable[[], str]) -> str:
        try:
            return look()
        except ClientError as error:
            if is_denied(error):
                return "not looked at: this process may not, and need not"
            if is_unsupported(error):
                return "this server does not know such rules"
            raise

    def _list(self) -> str:
        self._client.list_objects_v2(Bucket=self._bucket, Prefix=self._settings.key_prefix, MaxKeys=1)
        return "objects can be listed"

    def _write(self) -> str:
        headers = upload_headers(self._settings, "checks/", "text/plain")
        answer = self._client.put_object(**self._at, Body=_BYTES, **headers)
        wanted, got = self._settings.encryption, answer.get("ServerSideEncryption", "none")
        if wanted not in ("none", got):
            raise Unavailable(f"S3: {wanted} was asked for, and {got} was answered")
        return f"an object was written (encryption: {got})"

    def _read(self) -> str:
        if self._client.get_object(**self._at, Range="bytes=0-3")["Body"].read() != _BYTES[:4]:
            raise Unavailable("S3: a range of the object did not come back as it was written")
        return "a range of it came back"

    def _parts(self) -> str:
        begun = self._client.create_multipart_upload(**self._at)
        self._client.abort_multipart_upload(**self._at, UploadId=begun["UploadId"])
        return "an upload was begun and aborted"

    def _delete(self) -> str:
        self._client.delete_object(**self._at)
        return "it was deleted"

    def _lifecycle(self) -> str:
        missing = "NoSuchLifecycleConfiguration"
        found = answer_or(self._client.get_bucket_lifecycle_configuration, {}, missing, Bucket=self._bucket)
        there = {rule.get("ID"): rule for rule in found.get("Rules", [])}
        lacking = [rule["ID"] for rule in rules.lifecycle(self._settings) if not rules.holds(there, rule)]
        if lacking:
            raise Unavailable(f"these rules are missing, or others than the settings say: {', '.join(lacking)}")
        return "uploads that were never completed are removed"

    def _encryption(self) -> str:
        missing = "ServerSideEncryptionConfigurationNotFoundError"
        found = answer_or(self._client.get_bucket_encryption, {}, missing, Bucket=self._bucket)
        wanted = rules.encryption(self._settings)
        if not rules.encrypts(found, wanted):
            raise Unavailable(f"objects are not encrypted by default with {wanted['SSEAlgorithm']}")
        return "objects are encrypted by default"


def _allow(action: str) -> str:
    return f"Allow s3:{action} on the bucket's objects in this process's policy."
