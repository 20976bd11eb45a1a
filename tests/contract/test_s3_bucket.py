"""A bucket is made and ruled as the settings say, once; and looked at with this process's own rights.

moto knows all the rules, but takes any signature; versitygw knows few rules, and that must not matter.
"""

import pytest
from contract.s3_support import open_blobs, settings_at
from parts.shared import shared_part

from reelwright_chassis.blobs.s3_bucket import provision_bucket
from reelwright_chassis.blobs.s3_check import check_bucket
from reelwright_chassis.blobs.s3_client import make_client
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.errors import Unavailable

ORIGINS = ["https://a.example.com"]


@pytest.fixture
def settings(tmp_path_factory: pytest.TempPathFactory) -> S3Settings:
    return settings_at(shared_part(tmp_path_factory, "moto_s3"), cors_origins=ORIGINS)


async def test_a_bucket_is_made_with_its_rules_once(settings: S3Settings) -> None:
    changes = [change.what for change in await provision_bucket(settings)]
    assert changes == [
        "created",
        "public access blocked",
        "encrypted by default with AES256",
        "lifecycle: reelwright-abort-uploads, reelwright-old-versions",
        "CORS for https://a.example.com",
    ]
    assert await provision_bucket(settings) == []
    client, bucket = make_client(settings), settings.bucket
    rules = {rule["ID"]: rule for rule in client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["reelwright-abort-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 2}
    assert rules["reelwright-old-versions"]["NoncurrentVersionExpiration"]["NoncurrentDays"] == 30
    assert not [rule for rule in rules.values() if "Days" in rule.get("Expiration", {})], "nothing goes by its age"
    assert all(client.get_public_access_block(Bucket=bucket)["PublicAccessBlockConfiguration"].values())
    (cors,) = client.get_bucket_cors(Bucket=bucket)["CORSRules"]
    assert (cors["ExposeHeaders"], "PUT" in cors["AllowedMethods"]) == (["ETag"], True)
    client.close()


async def test_a_dry_run_says_the_same_and_does_nothing(settings: S3Settings) -> None:
    said = await provision_bucket(settings, dry_run=True)
    assert await provision_bucket(settings, dry_run=True) == said
    assert await provision_bucket(settings) == said
    assert await provision_bucket(settings, dry_run=True) == []


async def test_rules_of_others_stay_and_ours_follow_the_settings(settings: S3Settings) -> None:
    client, bucket = make_client(settings), settings.bucket
    client.create_bucket(Bucket=bucket)
    client.put_bucket_lifecycle_configuration(
        Bucket=bucket,
        LifecycleConfiguration={
            "Rules": [{"ID": "logs", "Status": "Enabled", "Filter": {"Prefix": "logs/"}, "Expiration": {"Days": 9}}]
        },
    )
    client.put_bucket_cors(
        Bucket=bucket,
        CORSConfiguration={"CORSRules": [{"ID": "x", "AllowedOrigins": ["*"], "AllowedMethods": ["GET"]}]},
    )
    await provision_bucket(settings)
    changes = await provision_bucket(
        settings.model_copy(update={"abort_uploads_after_days": 5, "cors_origins": ["https://b.example.com"]})
    )
    assert [change.what for change in changes] == [
        "lifecycle: reelwright-abort-uploads",
        "CORS for https://b.example.com",
    ]
    rules = {rule["ID"]: rule for rule in client.get_bucket_lifecycle_configuration(Bucket=bucket)["Rules"]}
    assert rules["logs"]["Expiration"]["Days"] == 9
    assert rules["reelwright-abort-uploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 5}
    assert [rule["ID"] for rule in client.get_bucket_cors(Bucket=bucket)["CORSRules"]] == ["x", "reelwright"]
    client.close()


async def test_kms_is_set_and_never_weakened(settings: S3Settings) -> None:
    strict = settings.model_copy(update={"encryption": "aws:kms", "kms_key_id": "alias/reelwright"})
    await provision_bucket(settings)
    assert [change.what for change in await provision_bucket(strict)] == ["encrypted by default with aws:kms"]
    assert await provision_bucket(settings) == []
    client = make_client(settings)
    found = client.get_bucket_encryption(Bucket=settings.bucket)["ServerSideEncryptionConfiguration"]["Rules"][0]
    assert found["ApplyServerSideEncryptionByDefault"]["KMSMasterKeyID"] == "alias/reelwright"
    assert found["BucketKeyEnabled"]
    client.close()


async def test_a_bucket_is_not_made_where_that_is_not_allowed(settings: S3Settings) -> None:
    with pytest.raises(Unavailable, match="REELWRIGHT_S3_CREATE_BUCKET"):
        await provision_bucket(settings.model_copy(update={"create_bucket": False}))


async def test_a_server_that_knows_few_rules_is_no_error(tmp_path_factory: pytest.TempPathFactory) -> None:
    settings = settings_at(shared_part(tmp_path_factory, "s3"), cors_origins=ORIGINS)
    changes = [change.what for change in await provision_bucket(settings)]
    assert changes[0] == "created"
    assert "CORS for https://a.example.com" in changes
    assert "skipped: lifecycle rules: this server does not know them" in changes
    again = [change.what for change in await provision_bucket(settings)]
    assert all(what.startswith("skipped") for what in again)
    assert all(finding.ok for finding in await check_bucket(settings))


async def test_a_look_finds_a_good_bucket_good_and_leaves_nothing(settings: S3Settings) -> None:
    async with open_blobs(settings) as blobs:
        findings = await check_bucket(settings)
        assert [finding for finding in findings if not finding.ok] == []
        names = [finding.name.rpartition(": ")[2] for finding in findings]
        assert names == ["list", "write", "read", "upload in parts", "delete", "lifecycle", "encryption"]
        assert [info async for info in blobs.list("")] == []


async def test_a_look_says_what_to_do(settings: S3Settings, tmp_path_factory: pytest.TempPathFactory) -> None:
    missing = await check_bucket(settings)
    assert [finding.ok for finding in missing] == [False, False]
    assert "reelwright provision" in missing[0].said
    client = make_client(settings)
    client.create_bucket(Bucket=settings.bucket)
    client.close()
    unruled = {finding.name.rpartition(": ")[2]: finding for finding in await check_bucket(settings)}
    assert not unruled["lifecycle"].ok
    assert "reelwright provision" in unruled["lifecycle"].remedy
    real = shared_part(tmp_path_factory, "s3")
    (listed, written) = await check_bucket(settings_at(real, secret_access_key="wrong"))
    assert not listed.ok
    assert "credentials are refused" in written.said
    (listed, written) = await check_bucket(settings_at({**real, "endpoint_url": "http://127.0.0.1:9"}))
    assert "cannot be reached" in listed.said
