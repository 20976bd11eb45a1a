"""The vendor's error table, line by line, and the live texts that make one code mean different things."""

import httpx
import pytest

from reelwright_kling_gateway.client.errors import REACTIONS, KlingError, Reaction, reaction_to
from reelwright_kling_gateway.client.http import open_envelope

TABLE = [
    (401, 1000, "Authentication failed", Reaction.FIX_CREDENTIALS),
    (401, 1001, "Authorization is empty", Reaction.FIX_CREDENTIALS),
    (401, 1002, "api key not found", Reaction.FIX_CREDENTIALS),
    (401, 1003, "Authorization is not yet valid", Reaction.REMINT),
    (401, 1004, "Authorization has expired", Reaction.REMINT),
    (429, 1100, "Account exception", Reaction.STOP_FAMILY),
    (429, 1101, "Account in arrears", Reaction.STOP_FAMILY),
    (429, 1102, "Account balance not enough", Reaction.STOP_FAMILY),
    (403, 1103, "Unauthorized access", Reaction.HUMAN),
    (400, 1200, "Invalid request", Reaction.PERMANENT_REQUEST),
    (400, 1201, "settings.resolution value '9000p' is invalid", Reaction.PERMANENT_REQUEST),
    (404, 1202, "The requested method is invalid", Reaction.PERMANENT_REQUEST),
    (404, 1203, "The model 'kling-v1' has been discontinued", Reaction.PERMANENT_REQUEST),
    (400, 1300, "platform policy", Reaction.PERMANENT_PROMPT),
    (400, 1301, "Failure to pass the risk control system", Reaction.PERMANENT_PROMPT),
    (429, 1302, "rate limit", Reaction.RATE_LIMIT),
    (429, 1303, "parallel task over resource pack limit", Reaction.SLOT_FULL),
    (429, 1304, "IP whitelist", Reaction.HUMAN),
    (500, 5000, "internal", Reaction.AMBIGUOUS),
    (503, 5001, "maintenance", Reaction.AMBIGUOUS),
    (504, 5002, "timeout", Reaction.AMBIGUOUS),
]


@pytest.mark.parametrize(("http_status", "code", "message", "reaction"), TABLE)
def test_each_line_of_the_table_has_its_reaction(http_status: int, code: int, message: str, reaction: Reaction) -> None:
    assert reaction_to(http_status, code, message) is reaction


def test_the_table_is_complete() -> None:
    assert {code for _, code, _, _ in TABLE} == set(REACTIONS)


@pytest.mark.parametrize(
    ("message", "reaction"),
    [
        ("External_task_id asset-1-planned already exists", Reaction.DUPLICATE),
        ("Task not found by id: 5", Reaction.NOT_FOUND),
        ("Task not found by external id: asset-1", Reaction.NOT_FOUND),
        ("task_ids or external_task_ids is required", Reaction.PERMANENT_REQUEST),
        ("prompt is required", Reaction.PERMANENT_REQUEST),
    ],
)
def test_1201_is_told_apart_by_its_text(message: str, reaction: Reaction) -> None:
    assert reaction_to(400, 1201, message) is reaction


@pytest.mark.parametrize(
    ("http_status", "reaction"),
    [
        (200, Reaction.AMBIGUOUS),
        (401, Reaction.FIX_CREDENTIALS),
        (403, Reaction.HUMAN),
        (408, Reaction.AMBIGUOUS),
        (418, Reaction.PERMANENT_REQUEST),
        (429, Reaction.RATE_LIMIT),
        (502, Reaction.AMBIGUOUS),
    ],
)
def test_a_code_that_nobody_knows_is_judged_by_its_status(http_status: int, reaction: Reaction) -> None:
    assert reaction_to(http_status, 7777, "?") is reaction


def test_the_code_counts_more_than_the_status() -> None:
    assert reaction_to(200, 1301, "") is Reaction.PERMANENT_PROMPT


def refusal(response: httpx.Response) -> KlingError:
    with pytest.raises(KlingError) as caught:
        open_envelope(response)
    return caught.value


def test_an_error_code_under_http_200_is_an_error() -> None:
    body = {"code": 1302, "message": "slowly", "request_id": "r-1"}
    error = refusal(httpx.Response(200, json=body, headers={"retry-after": "7"}))
    assert (error.reaction, error.code, error.request_id) == (Reaction.RATE_LIMIT, 1302, "r-1")
    assert error.retry_after_s == 7.0


def test_a_date_as_retry_after_is_left_alone() -> None:
    headers = {"retry-after": "Wed, 21 Oct 2026 07:28:00 GMT"}
    assert refusal(httpx.Response(429, json={"code": 1302}, headers=headers)).retry_after_s is None


@pytest.mark.parametrize(
    "response",
    [
        httpx.Response(502, text="<html>bad gateway</html>"),
        httpx.Response(200, text=""),
        httpx.Response(200, json=[1, 2]),
        httpx.Response(200, json={"message": "no code"}),
        httpx.Response(200, json={"code": "many"}),
        httpx.Response(200, json=None),
        httpx.Response(504, json={"code": 0, "message": "SUCCEED"}),
        httpx.Response(200, content=b'{"code":0,"data":{"id"'),
    ],
)
def test_an_answer_that_cannot_be_read_says_nothing(response: httpx.Response) -> None:
    assert refusal(response).reaction is Reaction.AMBIGUOUS


def test_the_vendors_text_is_not_in_the_error_that_logs_show() -> None:
    error = KlingError(Reaction.PERMANENT_PROMPT, "these are the user's words", code=1301, http_status=400)
    assert "words" not in str(error)
    assert "1301" in str(error)
