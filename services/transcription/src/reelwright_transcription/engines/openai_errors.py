"""What an error of OpenAI's calls for."""

import math

import openai

from reelwright_chassis.errors import ReelwrightError, Reject, Retry
from reelwright_chassis.exchanges import Outcome, outcome_of_status

_GONE_CODES = ("model_not_found", "model_deprecated", "model_decommissioned")


def reaction(error: openai.OpenAIError, model: str, cost_usd: float) -> ReelwrightError:
    """`Retry` for what may pass by itself, `Reject` for what will not. `cost_usd` is what was spent until then."""
    if isinstance(error, openai.APIStatusError):
        refusal = _refusal(error, model)
        if refusal is not None:
            return Reject(*refusal, cost_usd=cost_usd)
        return Retry("OpenAI is busy.", reason_code="openai_busy", delay_s=_retry_after_s(error), cost_usd=cost_usd)
    if isinstance(error, openai.APITimeoutError):
        return Retry("OpenAI did not answer in time.", reason_code="openai_unreachable", cost_usd=cost_usd)
    return Retry("OpenAI cannot be reached.", reason_code="openai_unreachable", cost_usd=cost_usd)


def outcome_of(error: Exception) -> Outcome:
    """What an error says of OpenAI, for the metrics."""
    if isinstance(error, openai.APIStatusError):
        return outcome_of_status(error.status_code, quota_is_gone=error.code == "insufficient_quota")
    return Outcome.UNREACHABLE


def _refusal(error: openai.APIStatusError, model: str) -> tuple[str, str] | None:
    """Reason code and message where another try would be told the same."""
    match error.status_code:
        case 401 | 403:
            return "openai_credentials", "OpenAI refuses the API key."
        case 429 if error.code == "insufficient_quota":
            return "openai_quota", "OpenAI says that the account's quota is used up."
        case 408 | 409 | 429:
            return None
        case status if status >= 500:
            return None
        case status if status == 404 or error.code in _GONE_CODES:
            return "openai_model_gone", f"OpenAI has no model {model!r} for this account."
        case status:
            return "openai_refused", f"OpenAI does not take the recording (HTTP status {status})."


def _retry_after_s(error: openai.APIStatusError) -> float | None:
    """What the answer asks for, in seconds; None where it names none or a date."""
    for header, unit_s in (("retry-after-ms", 0.001), ("retry-after", 1.0)):
        try:
            wait_s = float(error.response.headers.get(header, "")) * unit_s
        except ValueError:
            continue
        if math.isfinite(wait_s) and wait_s > 0:
            return wait_s
    return None
