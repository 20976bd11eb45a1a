"""The rules that a bucket has to have, as S3 writes them, and whether it has them. Pure."""

from collections.abc import Mapping
from typing import Any

from reelwright_chassis.blobs.s3_settings import S3Settings

Rule = dict[str, Any]


def lifecycle(settings: S3Settings) -> list[Rule]:
    """Only what nobody names any more: parts of uploads that were never completed, and versions that were replaced.

    No rule removes current objects by their age: a project's clips and videos are named for as long as it lives, and
    the director removes them with it.
    """
    versions = {"NoncurrentDays": settings.keep_versions_days}
    return [
        {
            **_ours("abort-uploads", settings),
            "AbortIncompleteMultipartUpload": {"DaysAfterInitiation": settings.abort_uploads_after_days},
        },
        {
            **_ours("old-versions", settings),
            "NoncurrentVersionExpiration": versions,
            "Expiration": {"ExpiredObjectDeleteMarker": True},
        },
    ]


def holds(there: Mapping[str | None, Mapping[str, Any]], rule: Rule) -> bool:
    """Whether a bucket with the rules `there` (by id) already does this."""
    found = there.get(rule["ID"])
    return found is not None and all(found.get(name) == value for name, value in rule.items())


def _ours(name: str, settings: S3Settings) -> Rule:
    place = settings.key_prefix.rstrip("/").replace("/", "-")
    return {
        "ID": f"reelwright-{name}" + (f"-{place}" if place else ""),
        "Status": "Enabled",
        "Filter": {"Prefix": settings.key_prefix},
    }


def encryption(settings: S3Settings) -> dict[str, str]:
    """What objects get that ask for nothing."""
    if settings.encryption != "aws:kms":
        return {"SSEAlgorithm": "AES256"}
    return {"SSEAlgorithm": "aws:kms", **({"KMSMasterKeyID": settings.kms_key_id} if settings.kms_key_id else {})}


def encrypts(found: Mapping[str, Any], wanted: Mapping[str, str]) -> bool:
    """Whether a bucket does as wanted, or better: AES256 never takes the place of KMS."""
    rules = found.get("ServerSideEncryptionConfiguration", {}).get("Rules", [])
    defaults = [rule["ApplyServerSideEncryptionByDefault"] for rule in rules]
    return any(wanted["SSEAlgorithm"] == "AES256" or wanted.items() <= default.items() for default in defaults)


def cors(settings: S3Settings) -> Rule:
    """For a browser that uploads by signed links: it has to read each part's ETag."""
    return {
        "ID": "reelwright",
        "AllowedOrigins": sorted(settings.cors_origins),
        "AllowedMethods": ["GET", "HEAD", "PUT"],
        "AllowedHeaders": ["*"],
        "ExposeHeaders": ["ETag"],
        "MaxAgeSeconds": 3600,
    }


def admits(rule: Mapping[str, Any], wanted: Rule) -> bool:
    """Whether what `wanted` admits is admitted by `rule` already."""
    return all(
        set(wanted[name]) <= set(rule.get(name, [])) for name in ("AllowedOrigins", "AllowedMethods", "ExposeHeaders")
    )
