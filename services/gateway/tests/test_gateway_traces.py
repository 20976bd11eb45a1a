"""Requests are steps of traces: told by their routes, and never by what is in them."""

from pathlib import Path

from apihouse import house

from reelwright_chassis.testing.tracing import KeptSpan, KeptSpans, kept_spans
from reelwright_chassis.trace import TraceContext
from reelwright_chassis.tracing import Kind

CALLER = TraceContext("1" * 32, "2" * 16, 1, "vendor=told")
COMPLETE = "reelwright.rpc.v1.ProjectService/CompleteUpload"


def servers(kept: KeptSpans) -> list[KeptSpan]:
    """The requests that were answered, calls of gRPC left out."""
    return [each for each in kept.spans if each.kind is Kind.SERVER and "rpc.method" not in each.attributes]


async def test_a_request_goes_on_with_its_callers_trace(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        made = await here.create()
        sent = {"traceparent": CALLER.traceparent, "tracestate": CALLER.state}
        with kept_spans() as kept:
            answer = await here.http.put(
                f"/v1/projects/{made['id']}/audio", content=b"ID3\x04" + bytes(99), headers=sent
            )
        assert answer.status_code == 200
    (request,) = servers(kept)
    assert (request.name, request.parent, request.failed) == ("PUT /v1/projects/{project_id}/audio", CALLER, "")
    assert request.attributes == {
        "http.request.method": "PUT",
        "http.route": "/v1/projects/{project_id}/audio",
        "http.response.status_code": 200,
    }
    assert {each.context.trace_id for each in kept.spans if each.name == COMPLETE} == {CALLER.trace_id}
    assert {each.context.state for each in kept.spans if each.name == COMPLETE} == {CALLER.state}
    assert kept.named("create transcription.requests").context.trace_id == CALLER.trace_id


async def test_without_one_it_begins_a_trace_and_a_command_leads_back_to_the_one_before(tmp_path: Path) -> None:
    async with house(tmp_path) as here:
        with kept_spans() as kept:
            made = await here.create(review="scenes")
            await here.upload(made)
            await here.until(made, "planned")
            answer = await here.http.post(
                f"/v1/projects/{made['id']}/scenes/approve", headers={"traceparent": "00-bad"}
            )
            assert answer.status_code == 200
            await here.until(made, "completed")
    upload = kept.named("PUT /v1/projects/{project_id}/audio")
    approval = kept.named("POST /v1/projects/{project_id}/scenes/approve")
    assert (upload.parent, approval.parent) == (None, None)
    (obeyed,) = [each for each in kept.spans if each.name.endswith("/ApprovePlan") and each.kind is Kind.SERVER]
    assert [link.trace_id for link in obeyed.links] == [upload.context.trace_id]
    assert traces_of(kept, "plan.requests") == {upload.context.trace_id}
    assert traces_of(kept, "asset.requests") == traces_of(kept, "render.requests") == {approval.context.trace_id}


def traces_of(kept: KeptSpans, topic: str) -> set[str]:
    return {each.context.trace_id for each in kept.spans if each.name == f"process {topic}"}


async def test_what_a_client_chooses_is_in_no_span(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        with kept_spans() as kept:
            await here.http.request("MURKFENNEL", "/v1/projects")
            await here.http.get("/murkfennel", params={"token": "drossyvane"}, headers={"User-Agent": "murkfennel"})
            await here.http.post("/v1/projects", json={"title": "murkfennel" * 100})
    assert [each.name for each in servers(kept)] == ["_OTHER /v1/projects", "GET unknown", "POST /v1/projects"]
    assert [each.attributes["http.response.status_code"] for each in servers(kept)] == [405, 404, 422]
    assert [each.failed for each in servers(kept)] == ["", "", ""]
    told = str(kept.spans).lower()
    assert "murkfennel" not in told
    assert "drossyvane" not in told


async def test_a_fault_of_ours_fails_the_step_and_a_probe_is_none(tmp_path: Path) -> None:
    async with house(tmp_path, workers=False) as here:
        await here.lose_director()
        with kept_spans() as kept:
            assert (await here.http.get("/v1/projects")).status_code == 503
            await here.http.get("/livez")
    (request,) = servers(kept)
    assert (request.name, request.failed) == ("GET /v1/projects", "503")
