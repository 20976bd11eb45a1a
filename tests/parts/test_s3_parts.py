"""The S3 servers start, listen to this machine alone, and the one with files keeps them over a kill -9."""

from pathlib import Path

import boto3
import pytest
from parts import moto_s3, s3
from parts.listening import listening_at
from types_boto3_s3 import S3Client


def client_of(address: dict[str, str]) -> S3Client:
    return boto3.client(
        "s3",
        endpoint_url=address["endpoint_url"],
        region_name=address["region"],
        aws_access_key_id=address["access_key_id"],
        aws_secret_access_key=address["secret_access_key"],
    )


@pytest.mark.skipif(s3.missing() is not None, reason=str(s3.missing()))
def test_objects_survive_kill_9_on_the_same_port(tmp_path: Path) -> None:
    part = s3.start(tmp_path)
    try:
        client = client_of(part.address)
        client.create_bucket(Bucket="kept")
        client.put_object(Bucket="kept", Key="a/b", Body=b"x")
        part.kill9()
        part.start()
        assert client.get_object(Bucket="kept", Key="a/b")["Body"].read() == b"x"
        assert listening_at(int(part.address["endpoint_url"].rpartition(":")[2])) == {"127.0.0.1"}
        client.close()
    finally:
        part.stop()


def test_moto_knows_lifecycle_rules(tmp_path: Path) -> None:
    part = moto_s3.start(tmp_path)
    try:
        client = client_of(part.address)
        client.create_bucket(Bucket="ruled")
        rule = {"ID": "x", "Status": "Enabled", "Filter": {"Prefix": ""}, "Expiration": {"Days": 1}}
        client.put_bucket_lifecycle_configuration(Bucket="ruled", LifecycleConfiguration={"Rules": [rule]})  # type: ignore[list-item]
        assert client.get_bucket_lifecycle_configuration(Bucket="ruled")["Rules"][0]["ID"] == "x"
        client.close()
    finally:
        part.stop()
