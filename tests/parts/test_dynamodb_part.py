"""DynamoDB Local starts, keeps its tables over a kill -9, and listens to this machine alone."""

from pathlib import Path

import boto3
import pytest
from parts import dynamodb
from types_boto3_dynamodb import DynamoDBClient


def client_of(part: dynamodb.DynamoDB) -> DynamoDBClient:
    address = part.address
    return boto3.client(
        "dynamodb",
        endpoint_url=address["endpoint_url"],
        region_name=address["region"],
        aws_access_key_id=address["access_key_id"],
        aws_secret_access_key=address["secret_access_key"],
    )


@pytest.mark.skipif(dynamodb.missing() is not None, reason=str(dynamodb.missing()))
def test_tables_survive_kill_9_on_the_same_port(tmp_path: Path) -> None:
    part = dynamodb.DynamoDB(tmp_path, durable=True)
    part.start()
    try:
        client = client_of(part)
        client.create_table(
            TableName="kept",
            AttributeDefinitions=[{"AttributeName": "id", "AttributeType": "S"}],
            KeySchema=[{"AttributeName": "id", "KeyType": "HASH"}],
            BillingMode="PAY_PER_REQUEST",
        )
        client.put_item(TableName="kept", Item={"id": {"S": "x"}})
        part.kill9()
        part.start()
        assert client.get_item(TableName="kept", Key={"id": {"S": "x"}})["Item"] == {"id": {"S": "x"}}
        assert _listening_at(part.address["endpoint_url"].rpartition(":")[2]) == {"127.0.0.1"}
        client.close()
    finally:
        part.stop()


def _listening_at(port: str) -> set[str]:
    """The addresses with a listener on this port, from the kernel's own tables."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, at = local.partition(":")
            if state == "0A" and int(at, 16) == int(port):
                found.add(
                    {"0100007F": "127.0.0.1", "0000000000000000FFFF00000100007F": "127.0.0.1"}.get(address, address)
                )
    return found
