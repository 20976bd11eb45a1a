"""DynamoDB Local starts, keeps its tables over a kill -9, and listens to this machine alone."""

from pathlib import Path

import boto3
import pytest
from parts import dynamodb
from parts.listening import listening_at
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
        assert listening_at(int(part.address["endpoint_url"].rpartition(":")[2])) == {"127.0.0.1"}
        client.close()
    finally:
        part.stop()
