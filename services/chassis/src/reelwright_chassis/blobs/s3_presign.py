"""Signed addresses of S3, and uploads in parts that go past this process."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Literal
from urllib.parse import quote

from botocore.exceptions import ClientError

from reelwright.events.v1.media_pb2 import BlobRef
from reelwright_chassis.blobs.keys import check_key
from reelwright_chassis.blobs.presign import SignedUrl, Upload, UploadedPart
from reelwright_chassis.blobs.s3_client import S3Connection
from reelwright_chassis.blobs.s3_errors import code_of
from reelwright_chassis.blobs.s3_transfer import Transfers, upload_headers
from reelwright_chassis.errors import NotFound

if TYPE_CHECKING:
    from types_boto3_s3.type_defs import CompletedPartTypeDef

_MAX_PARTS = 10_000
_WRONG_PARTS = ("InvalidPart", "InvalidPartOrder", "EntityTooSmall", "MalformedXML", "InvalidRequest")


class S3Presigner:
    """Implements `Presigner`. A link ends early when it was signed with a role's credentials and these end."""

    def __init__(self, connection: S3Connection, transfers: Transfers) -> None:
        self._connection = connection
        self._settings = connection.settings
        self._client = connection.client
        self._transfers = transfers

    async def url(
        self, key: str, expires_s: int | None = None, *, filename: str | None = None, content_type: str | None = None
    ) -> SignedUrl:
        more: dict[str, Any] = {}
        if filename is not None:
            more["ResponseContentDisposition"] = f"attachment; filename*=UTF-8''{quote(filename, safe='')}"
        if content_type is not None:
            more["ResponseContentType"] = content_type
        return await self._sign("get_object", key, expires_s, more)

    async def begin_upload(self, key: str, *, content_type: str, size_bytes: int) -> Upload:
        check_key(key)
        if size_bytes < 1:
            raise ValueError(f"an upload has at least one byte, not {size_bytes}")
        part_bytes = max(self._settings.part_bytes, -(-size_bytes // _MAX_PARTS))
        headers = upload_headers(self._settings, key, content_type)
        begun = await self._connection.run(
            lambda: self._client.create_multipart_upload(**self._connection.at(key), **headers), key
        )
        return Upload(key, begun["UploadId"], part_bytes, -(-size_bytes // part_bytes))

    async def part_url(
        self, key: str, upload_id: str, number: int, expires_s: int | None = None, *, size_bytes: int | None = None
    ) -> SignedUrl:
        if not 1 <= number <= _MAX_PARTS:
            raise ValueError(f"parts are numbered from 1 to {_MAX_PARTS}, not {number}")
        more: dict[str, Any] = {"UploadId": upload_id, "PartNumber": number}
        if size_bytes is not None:
            more["ContentLength"] = size_bytes  # signed too: another length is refused
        return await self._sign("upload_part", key, expires_s, more)

    async def uploaded_parts(self, key: str, upload_id: str) -> Sequence[UploadedPart]:
        def ask() -> list[UploadedPart]:
            pages = self._client.get_paginator("list_parts").paginate(**self._connection.at(key), UploadId=upload_id)
            found = [part for page in pages for part in page.get("Parts", [])]
            return [UploadedPart(part["PartNumber"], part["ETag"], part["Size"]) for part in found]

        check_key(key)
        return await self._connection.run(ask, key)

    async def complete_upload(self, key: str, upload_id: str, parts: Sequence[UploadedPart]) -> BlobRef:
        check_key(key)
        in_order = sorted(parts, key=lambda part: part.number)
        listed: list[CompletedPartTypeDef] = [{"PartNumber": part.number, "ETag": part.etag} for part in in_order]
        await self._connection.run(lambda: self._complete(key, upload_id, listed), key)
        return await self._connection.run(lambda: self._ref(key), key)

    async def abort_upload(self, key: str, upload_id: str) -> None:
        check_key(key)
        try:
            await self._connection.run(
                lambda: self._client.abort_multipart_upload(**self._connection.at(key), UploadId=upload_id), key
            )
        except NotFound:
            return

    def _complete(self, key: str, upload_id: str, listed: "list[CompletedPartTypeDef]") -> None:
        if not listed:
            raise ValueError("an upload has at least one part")
        try:
            self._client.complete_multipart_upload(
                **self._connection.at(key), UploadId=upload_id, MultipartUpload={"Parts": listed}
            )
        except ClientError as error:
            if code_of(error) in _WRONG_PARTS:
                raise ValueError(f"these are not the parts that were uploaded ({code_of(error)})") from error
            if code_of(error) != "NoSuchUpload":
                raise
            self._client.head_object(
                **self._connection.at(key)
            )  # completed before, and the answer was lost; else not found

    def _ref(self, key: str) -> BlobRef:
        stored = self._client.head_object(**self._connection.at(key))
        digest = self._transfers.digest(key)
        return BlobRef(
            key=key, sha256=digest.sha256.hex(), size_bytes=digest.size_bytes, content_type=stored["ContentType"]
        )

    async def _sign(
        self, method: Literal["get_object", "upload_part"], key: str, expires_s: int | None, more: dict[str, Any]
    ) -> SignedUrl:
        expires_s = expires_s or self._settings.signed_for_s
        params = {**self._connection.at(check_key(key)), **more}
        until = datetime.now(UTC) + timedelta(seconds=expires_s)
        sign = self._connection.signing.generate_presigned_url
        # On a thread: a role's credentials may have to be fetched anew.
        return SignedUrl(await self._connection.run(lambda: sign(method, Params=params, ExpiresIn=expires_s)), until)
