"""What botocore raises, by the reaction that it calls for."""

from collections.abc import Iterable
from enum import Enum, auto

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectTimeoutError,
    CredentialRetrievalError,
    EndpointConnectionError,
    HTTPClientError,
    NoAuthTokenError,
    NoCredentialsError,
    PartialCredentialsError,
    ProxyConnectionError,
    SSLError,
    SSOError,
    TokenRetrievalError,
)

from reelwright_chassis.errors import Unavailable

_NEVER_SENT = (EndpointConnectionError, ConnectTimeoutError, ProxyConnectionError, SSLError)
_NO_CREDENTIALS = (
    NoCredentialsError,
    PartialCredentialsError,
    CredentialRetrievalError,
    NoAuthTokenError,
    TokenRetrievalError,
    SSOError,
)


class Trouble(Enum):
    """Why a call failed."""

    UNMET = auto()
    """A condition does not hold."""
    CONTENDED = auto()
    """Another transaction has the item at this moment; nothing was written."""
    THROTTLED = auto()
    """Too many calls for the table or the account; nothing was written."""
    UNREACHED = auto()
    """The call was never sent."""
    LOST = auto()
    """The answer did not come, or says that the server failed: a write may have been made."""
    REFUSED = auto()
    """The call is against the rules: our fault or the caller's."""
    MISSING = auto()
    """There is no such table or index."""
    DENIED = auto()
    """This process's identity may not do it."""
    STRANGER = auto()
    """There are no credentials, or DynamoDB does not know them."""
    OTHER = auto()


_CODES = {
    "ConditionalCheckFailedException": Trouble.UNMET,
    "ConditionalCheckFailed": Trouble.UNMET,
    "TransactionConflictException": Trouble.CONTENDED,
    "TransactionConflict": Trouble.CONTENDED,
    "ReplicatedWriteConflictException": Trouble.CONTENDED,
    "ProvisionedThroughputExceededException": Trouble.THROTTLED,
    "ProvisionedThroughputExceeded": Trouble.THROTTLED,
    "ThrottlingException": Trouble.THROTTLED,
    "ThrottlingError": Trouble.THROTTLED,
    "RequestLimitExceeded": Trouble.THROTTLED,
    "TransactionInProgressException": Trouble.LOST,
    "InternalServerError": Trouble.LOST,
    "InternalServerErrorException": Trouble.LOST,
    "ServiceUnavailable": Trouble.LOST,
    "ValidationException": Trouble.REFUSED,
    "ValidationError": Trouble.REFUSED,
    "ResourceNotFoundException": Trouble.MISSING,
    "AccessDeniedException": Trouble.DENIED,
    "UnrecognizedClientException": Trouble.STRANGER,
    "InvalidSignatureException": Trouble.STRANGER,
    "IncompleteSignatureException": Trouble.STRANGER,
    "MissingAuthenticationTokenException": Trouble.STRANGER,
    "ExpiredTokenException": Trouble.STRANGER,
    "OptInRequired": Trouble.STRANGER,
}
# Where the writes of one canceled transaction fail for several reasons, the first of these decides.
_GRAVEST = (Trouble.REFUSED, Trouble.UNMET, Trouble.THROTTLED, Trouble.CONTENDED)


def read_trouble(error: ClientError | BotoCoreError) -> Trouble:
    if isinstance(error, ClientError):
        return _of_answer(error)
    if isinstance(error, _NO_CREDENTIALS):
        return Trouble.STRANGER
    if isinstance(error, _NEVER_SENT):
        return Trouble.UNREACHED
    return Trouble.LOST if isinstance(error, HTTPClientError) else Trouble.OTHER


def cancellation_troubles(error: ClientError | BotoCoreError) -> list[Trouble | None]:
    """Of a canceled transaction: for each of its writes what was wrong with it, None where nothing was."""
    if not isinstance(error, ClientError):
        return []
    reasons = error.response.get("CancellationReasons", [])
    return [_CODES.get(str(reason.get("Code", "None"))) for reason in reasons]


def as_unavailable(error: ClientError | BotoCoreError, what: str) -> Unavailable:
    """`what` says what was called on which table. Nobody's data are in the message."""
    trouble = read_trouble(error)
    code = error.response["Error"]["Code"] if isinstance(error, ClientError) else type(error).__name__
    told = {
        Trouble.MISSING: "the table is missing or not ready: run `reelwright provision`",
        Trouble.DENIED: f"this process's AWS identity may not do this ({code}): give its role the right",
        Trouble.STRANGER: f"no AWS credentials that DynamoDB accepts ({code}): set a role, a profile or keys",
        Trouble.THROTTLED: f"throttled ({code}): the table or the account is at its limit",
        Trouble.CONTENDED: "other transactions hold the same items",
        Trouble.UNREACHED: f"not reached ({code})",
        Trouble.LOST: f"no answer ({code}); if it was a write, it may have been made",
    }
    return Unavailable(f"DynamoDB, {what}: {told.get(trouble, code)}")


def _of_answer(error: ClientError) -> Trouble:
    code = error.response["Error"]["Code"]
    if code == "TransactionCanceledException":
        return _gravest(trouble for trouble in cancellation_troubles(error) if trouble is not None)
    if (trouble := _CODES.get(code)) is not None:
        return trouble
    status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0)
    return Trouble.LOST if status >= 500 else Trouble.OTHER


def _gravest(troubles: Iterable[Trouble]) -> Trouble:
    found = set(troubles)
    return next((trouble for trouble in _GRAVEST if trouble in found), Trouble.OTHER)
