"""What S3 and the way to it can answer, as errors by the reaction they call for."""

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    NoCredentialsError,
    ParamValidationError,
    PartialCredentialsError,
)

from reelwright_chassis.errors import NotFound, ReelwrightError, Unavailable

_MISSING = {"NoSuchKey", "NoSuchUpload", "NoSuchVersion", "NotFound", "404"}
_DENIED = {"AccessDenied", "Forbidden", "403", "AllAccessDisabled"}
_UNSUPPORTED = {"NotImplemented", "MethodNotAllowed", "501", "405"}
_IDENTITY = {"InvalidAccessKeyId", "SignatureDoesNotMatch", "ExpiredToken", "InvalidToken", "RequestTimeTooSkewed"}
_ELSEWHERE = {"PermanentRedirect", "301", "AuthorizationHeaderMalformed", "IllegalLocationConstraintException"}


def code_of(error: ClientError) -> str:
    """S3's word for it, as NoSuchKey; the HTTP status where the answer had no body (to a HEAD)."""
    return str(error.response.get("Error", {}).get("Code", ""))


def status_of(error: ClientError) -> int:
    return int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))


def is_denied(error: ClientError) -> bool:
    return code_of(error) in _DENIED


def is_unsupported(error: ClientError) -> bool:
    """Whether the server, which is not AWS's, lacks the call."""
    return code_of(error) in _UNSUPPORTED or status_of(error) == 501


@contextmanager
def translated(bucket: str, key: str = "") -> Iterator[None]:
    """Raises `NotFound` for a missing object or upload, and `Unavailable` for all else that S3 answers, or does not."""
    try:
        yield
    except ClientError as error:
        raise _of_answer(error, bucket, key) from error
    except ParamValidationError:
        raise  # this project's own mistake
    except (NoCredentialsError, PartialCredentialsError) as error:
        raise Unavailable(
            "S3: this process has no credentials. Give it a role, or set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY"
        ) from error
    except BotoCoreError as error:
        raise Unavailable(f"S3: the bucket {bucket} cannot be reached: {error}") from error


def _of_answer(error: ClientError, bucket: str, key: str) -> ReelwrightError:
    code, call = code_of(error), error.operation_name
    if code in _MISSING:
        return NotFound(key)
    if code == "NoSuchBucket":
        return Unavailable(f"S3: there is no bucket {bucket}. `reelwright provision` creates it")
    if code in _DENIED:
        return Unavailable(
            f"S3: this process may not do {call} in the bucket {bucket}. Its policy has to allow it "
            "(`reelwright ops check` says what is missing)"
        )
    if code in _IDENTITY:
        return Unavailable(f"S3: this process's credentials are refused ({code}). Correct the keys, or the clock")
    if code in _ELSEWHERE:
        return Unavailable(f"S3: the bucket {bucket} is in another region ({code}). Correct REELWRIGHT_S3_REGION")
    return Unavailable(f"S3: {call} in the bucket {bucket} was answered with {code} ({status_of(error)})")
