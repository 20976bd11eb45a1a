"""Errors, named by the reaction that they call for.

A handler raises `Retry` for what may pass by itself, `Reject` for what will not, and lets anything unforeseen fly: the
worker shell treats that as transient. `Unavailable` is no attempt at all: a part that this process stands on is away,
so work pauses until it is back. `Stopped` means that nobody wants the result any more.
"""


class ReelwrightError(Exception):
    """The base of every error that Reelwright raises on purpose."""


class Retry(ReelwrightError):
    """The attempt failed, another one may succeed.

    `delay_s` is the least time to wait before it (None: the worker's own back-off); `reason_code` names the cause in
    the registry of reason codes; `cost_usd` is what the attempt was charged.
    """

    def __init__(
        self, message: str, *, reason_code: str = "transient", delay_s: float | None = None, cost_usd: float = 0.0
    ) -> None:
        super().__init__(message)
        self.reason_code = reason_code
        self.delay_s = delay_s
        self.cost_usd = cost_usd


class Reject(ReelwrightError):
    """No attempt will succeed with this input; the reason code and the remedy say what its user can do."""

    def __init__(self, reason_code: str, message: str, *, remedy: str = "", cost_usd: float = 0.0) -> None:
        super().__init__(message)
        self.reason_code = reason_code
        self.message = message
        self.remedy = remedy
        self.cost_usd = cost_usd

    def __reduce__(self) -> tuple[type["Reject"], tuple[str, str], dict[str, object]]:
        return type(self), (self.reason_code, self.message), self.__dict__  # so that it crosses processes


class Unavailable(ReelwrightError):
    """Bus, store, blobs or the director cannot be reached: wait without counting an attempt."""


class Stopped(ReelwrightError):
    """The work is no longer wanted: cancelled, deleted, superseded, or its lease went to somebody else."""


class Conflict(ReelwrightError):
    """A conditional write found another state than it asked for: read again and decide again."""


class NotFound(ReelwrightError):
    """A named object does not exist."""


class SettingsError(ReelwrightError):
    """A setting is missing or wrong; the message names the variable and the remedy."""


class StateInUse(ReelwrightError):
    """Another process works in this state folder; the message says which, and since when."""


class StateTooNew(ReelwrightError):
    """The state was written by a newer Reelwright than this one; the message says what to do."""


class StateUnreadable(ReelwrightError):
    """A state file is damaged, or was never ours; the message says what to do."""


class Undecodable(ReelwrightError):
    """A record's bytes are not the message that its topic carries: it goes to the dead letters at once."""
