"""All that lies in a town's tables, read past the port, which knows no scans."""

import contextlib
import zlib
from collections.abc import Mapping
from typing import Any

import boto3


def rows(env: Mapping[str, str]) -> list[tuple[str, str]]:
    """Table and content of every row that there is, unpacked."""
    dynamodb = boto3.client(
        "dynamodb",
        endpoint_url=env["REELWRIGHT_DYNAMODB_ENDPOINT_URL"],
        region_name=env["REELWRIGHT_DYNAMODB_REGION"],
        aws_access_key_id=env["AWS_ACCESS_KEY_ID"],
        aws_secret_access_key=env["AWS_SECRET_ACCESS_KEY"],
    )
    prefix = env["REELWRIGHT_DYNAMODB_TABLE_PREFIX"]
    pages = dynamodb.get_paginator("list_tables").paginate()
    names = [name for page in pages for name in page["TableNames"] if name.startswith(prefix)]
    return [
        (name.removeprefix(prefix), _text(row))
        for name in names
        for page in dynamodb.get_paginator("scan").paginate(TableName=name)
        for row in page["Items"]
    ]


def _text(row: Mapping[str, Mapping[str, Any]]) -> str:
    """Bytes are compressed, where the code compresses them."""
    return "\n".join(
        f"{name}: {_unpacked(value['B']) if 'B' in value else next(iter(value.values()))}"
        for name, value in row.items()
    )


def _unpacked(data: bytes) -> str:
    with contextlib.suppress(zlib.error):
        data = zlib.decompress(data)
    return data.decode("utf-8", errors="replace")
