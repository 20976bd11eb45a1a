"""The error table of Kling's API and the exception that carries one of its lines."""

from __future__ import annotations

from enum import IntEnum


class Code(IntEnum):
    """Kling's business codes; `HTTP_STATUS` says under which HTTP status each is answered."""

    AUTH_FAILED = 1000
    AUTH_EMPTY = 1001
    AUTH_INVALID = 1002
    TOKEN_NOT_YET_VALID = 1003
    TOKEN_EXPIRED = 1004
    ACCOUNT_ABNORMAL = 1100
    ACCOUNT_IN_ARREARS = 1101
    BALANCE_NOT_ENOUGH = 1102
    NO_RIGHT = 1103
    BAD_REQUEST = 1200
    BAD_PARAMETER = 1201
    WRONG_METHOD = 1202
    NOT_FOUND = 1203
    PLATFORM_POLICY = 1300
    CONTENT_SECURITY = 1301
    RATE_LIMIT = 1302
    TOO_MANY_TASKS = 1303
    IP_NOT_ALLOWED = 1304
    INTERNAL = 5000
    MAINTENANCE = 5001
    TIMEOUT = 5002


_HTTP_STATUS_OF_HUNDRED = {10: 401, 11: 429, 12: 400, 13: 429}
_HTTP_STATUS_EXCEPTIONS = {
    Code.NO_RIGHT: 403,
    Code.WRONG_METHOD: 404,
    Code.NOT_FOUND: 404,
    Code.PLATFORM_POLICY: 400,
    Code.CONTENT_SECURITY: 400,
    Code.INTERNAL: 500,
    Code.MAINTENANCE: 503,
    Code.TIMEOUT: 504,
}
HTTP_STATUS: dict[Code, int] = {
    code: _HTTP_STATUS_EXCEPTIONS[code] if code in _HTTP_STATUS_EXCEPTIONS else _HTTP_STATUS_OF_HUNDRED[code // 100]
    for code in Code
}

TEXT: dict[Code, str] = {
    Code.AUTH_FAILED: "Authentication failed",
    Code.AUTH_EMPTY: "Authorization is empty",
    Code.AUTH_INVALID: "Authorization is invalid",
    Code.TOKEN_NOT_YET_VALID: "Authorization is not yet valid",
    Code.TOKEN_EXPIRED: "Authorization has expired",
    Code.ACCOUNT_ABNORMAL: "Account exception",
    Code.ACCOUNT_IN_ARREARS: "Account in arrears",
    Code.BALANCE_NOT_ENOUGH: "Account balance not enough",
    Code.NO_RIGHT: "Unauthorized access to the requested resource",
    Code.BAD_REQUEST: "Invalid request",
    Code.BAD_PARAMETER: "Invalid parameter",
    Code.WRONG_METHOD: "The requested method is invalid",
    Code.NOT_FOUND: "The requested resource does not exist",
    Code.PLATFORM_POLICY: "Trigger strategy of the platform",
    Code.CONTENT_SECURITY: "Failure to pass the risk control system",
    Code.RATE_LIMIT: "API request rate limit exceeded",
    Code.TOO_MANY_TASKS: "parallel task over resource pack limit",
    Code.IP_NOT_ALLOWED: "IP is not in the white list",
    Code.INTERNAL: "Server internal error",
    Code.MAINTENANCE: "Server temporarily unavailable",
    Code.TIMEOUT: "Server internal timeout",
}
"""What each code says where no call has a better text. 1001, 1102, 1301 and 1303 are recorded from the live service."""


class KlingError(Exception):
    """A refusal as Kling words it: a business code, its message, and the HTTP status that goes with the code."""

    def __init__(self, code: Code, message: str | None = None) -> None:
        self.code = code
        self.message = TEXT[code] if message is None else message
        super().__init__(f"{int(code)} {self.message}")

    @property
    def http_status(self) -> int:
        """The HTTP status under which the vendor answers this code."""
        return HTTP_STATUS[self.code]


def invalid(field: str, value: object) -> KlingError:
    """The live text for a parameter whose value is not allowed."""
    return KlingError(Code.BAD_PARAMETER, f"{field} value '{value}' is invalid")
