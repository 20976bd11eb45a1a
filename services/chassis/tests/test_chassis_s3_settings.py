"""The settings of S3: what goes together, and what is said where it does not."""

import pytest

from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.errors import SettingsError


def test_they_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_S3_BUCKET", "media")
    monkeypatch.setenv("REELWRIGHT_S3_CORS_ORIGINS", '["https://a.example.com"]')
    monkeypatch.setenv("REELWRIGHT_S3_CACHE_CONTROL", '{"a/": "no-store"}')
    monkeypatch.setenv("AWS_REGION", "eu-central-1")
    settings = S3Settings.load()
    assert (settings.bucket, settings.region, settings.cors_origins) == (
        "media",
        "eu-central-1",
        ["https://a.example.com"],
    )
    assert (settings.cache_control_of("a/b"), settings.cache_control_of("b")) == ("no-store", "")


def test_a_bucket_is_asked_for() -> None:
    with pytest.raises(SettingsError, match="REELWRIGHT_S3_BUCKET is not set"):
        S3Settings.load()


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"key_prefix": "no-slash"}, "REELWRIGHT_S3_KEY_PREFIX"),
        ({"transfer_acceleration": True, "endpoint_url": "http://127.0.0.1:1"}, "TRANSFER_ACCELERATION"),
        ({"transfer_acceleration": True, "bucket": "with.dots"}, "without dots"),
        ({"access_key_id": "x"}, "REELWRIGHT_S3_SECRET_ACCESS_KEY"),
        ({"kms_key_id": "x"}, "REELWRIGHT_S3_ENCRYPTION"),
        ({"part_bytes": 1000}, "REELWRIGHT_S3_PART_BYTES"),
        ({"bucket": "UPPER"}, "REELWRIGHT_S3_BUCKET"),
    ],
)
def test_what_does_not_fit_is_said(given: dict[str, object], says: str) -> None:
    with pytest.raises(SettingsError, match=says):
        S3Settings.load(**{"bucket": "media", **given})
