"""The largest script, transcript and plan that the door lets in, through the director, its store and its bus."""

import random
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import grpc.aio
import pytest
from contract.conftest import STORES
from google.protobuf.message import Message
from kafka.support import settings_of
from ops.company import Company, company, served
from parts.shared import shared_part

from reelwright.events.v1 import facts_pb2, media_pb2, requests_pb2
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub
from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_topics import provision_topics
from reelwright_chassis.bus.port import Bus
from reelwright_chassis.bus.sqlite import SqliteBus
from reelwright_chassis.ids import new_id
from reelwright_chassis.rpc import connect
from reelwright_chassis.testing import running
from reelwright_chassis.topics import topics
from reelwright_chassis.worker import Job
from reelwright_director.policy import MAX_PROMPT_CHARS, MAX_SCENES, MAX_SCRIPT_BYTES, MAX_WORDS
from reelwright_director.terms import State
from reelwright_director.testing import messages

CALLER = rpc.Caller(tenant_id="t", user_id="u")
RECORDING_S = 600.0
PASSAGES = 50
"""Of a scene: as many as the API takes."""
CHANCE = random.Random(20)


def noise(characters: int) -> str:
    """Letters of three bytes that nothing can compress to less than two thirds of their size."""
    return "".join(chr(CHANCE.randrange(0x4E00, 0x9F00)) for _ in range(characters))


def largest_transcript() -> media_pb2.Transcript:
    """As many words as there may be, with all the bytes that they may have between them."""
    step_s, characters = RECORDING_S / MAX_WORDS, MAX_SCRIPT_BYTES // MAX_WORDS // 3
    words = [
        media_pb2.Word(text=noise(characters), start_s=n * step_s, end_s=(n + 0.9) * step_s, confidence=CHANCE.random())
        for n in range(MAX_WORDS)
    ]
    return media_pb2.Transcript(language="zh", duration_s=RECORDING_S, words=words, engine="test")


def largest_plan() -> media_pb2.ScenePlan:
    return media_pb2.ScenePlan(title=noise(100), scenes=[_scene(number) for number in range(MAX_SCENES)])


def _scene(number: int) -> media_pb2.Scene:
    span_s = RECORDING_S / MAX_SCENES / PASSAGES
    starts = (span_s * (number * PASSAGES + passage) for passage in range(PASSAGES))
    return media_pb2.Scene(
        scene_id=f"s{number}",
        audio=[media_pb2.Span(start_s=start_s, end_s=start_s + span_s * 0.1) for start_s in starts],
        kind=media_pb2.ASSET_KIND_STILL,
        visual_prompt=noise(MAX_PROMPT_CHARS),
    )


@dataclass
class Workers:
    """Answer with the largest; what they were sent is kept by its kind."""

    transcript: media_pb2.Transcript
    seen: dict[str, list[Message]]

    async def handle(self, request: Message, job: Job) -> Message:
        self.seen.setdefault(type(request).__name__, []).append(request)
        if isinstance(request, requests_pb2.TranscriptionRequested):
            ready = facts_pb2.TranscriptReady(transcript=self.transcript)
            return messages.addressed(ready, request, facts_pb2.Work(worker="w", attempt=job.attempt))
        return await served(request, job)


@pytest.fixture(params=["embedded", "production"])
async def here(
    request: pytest.FixtureRequest, tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Company]:
    kind = {"embedded": "sqlite", "production": "dynamodb"}[request.param]
    bus: Bus
    if kind == "sqlite":
        bus = await SqliteBus.open(tmp_path / "bus.sqlite")
    else:
        settings = settings_of(shared_part(tmp_path_factory, "kafka"))
        await provision_topics(settings, topics(), partitions=2)
        bus = await KafkaBus.open(settings)
    async with STORES[kind](tmp_path_factory) as store, company(bus, tmp_path, store=store) as opened:
        yield opened
    await bus.close()


@pytest.fixture
async def stub(here: Company) -> AsyncIterator[Any]:
    channel = connect(here.address)
    yield ProjectServiceStub(channel)
    await channel.close()


async def test_what_the_door_lets_in_goes_all_the_way(here: Company, stub: Any) -> None:
    script, plan = noise(MAX_SCRIPT_BYTES // 3), largest_plan()
    workers = Workers(largest_transcript(), {})
    here.handle = workers.handle
    async with running(*here.workers()):
        project_id = await begun(stub, script)
        await here.until(State.TRANSCRIBED, project_id)
        heard = await stub.GetTranscript(rpc.GetTranscriptRequest(caller=CALLER, project_id=project_id))
        assert heard.transcript.words == workers.transcript.words
        edited = largest_transcript()
        await stub.EditTranscript(rpc.EditTranscriptRequest(**command(project_id), transcript=edited))
        await stub.ApproveTranscript(rpc.CommandRequest(**command(project_id)))
        await here.until(State.PLANNED, project_id)
        await stub.EditPlan(rpc.EditPlanRequest(**command(project_id), plan=plan))
        await stub.ApprovePlan(rpc.CommandRequest(**command(project_id)))
        await here.until(State.COMPLETED, project_id)
    (asked,), (planned,) = workers.seen["TranscriptionRequested"], workers.seen["PlanRequested"]
    (rendered,) = workers.seen["RenderRequested"]
    assert asked.script.text == script  # type: ignore[attr-defined]
    assert planned.transcript.words == edited.words  # type: ignore[attr-defined]
    assert prompts(rendered.plan) == prompts(plan)  # type: ignore[attr-defined]


async def test_more_than_that_is_refused_by_its_name(here: Company, stub: Any) -> None:
    with pytest.raises(grpc.aio.AioRpcError, match="A script has at most 200 KB"):
        await begun(stub, noise(MAX_SCRIPT_BYTES // 3 + 1))
    here.handle = Workers(largest_transcript(), {}).handle
    async with running(*here.workers()):
        project_id = await begun(stub, "")
        await here.until(State.TRANSCRIBED, project_id)
        edited = largest_transcript()
        edited.words[7].text += noise(MAX_SCRIPT_BYTES)
        with pytest.raises(grpc.aio.AioRpcError, match="The words of a transcript have at most 200 KB"):
            await stub.EditTranscript(rpc.EditTranscriptRequest(**command(project_id), transcript=edited))


async def begun(stub: Any, script: str) -> str:
    """A project that stops for its editor at each gate, its recording uploaded."""
    settings = rpc.ProjectSettings(review=rpc.REVIEW_BOTH)
    if script:
        settings.script.text = script
    create = rpc.CreateProjectRequest(caller=CALLER, idempotency_key=new_id(), settings=settings)
    project_id = (await stub.CreateProject(create)).project_id
    audio = messages.blob(f"audio-projects/{project_id}/audio")
    await stub.CompleteUpload(rpc.CompleteUploadRequest(**command(project_id), audio=audio))
    return str(project_id)


def command(project_id: str) -> dict[str, Any]:
    return {"caller": CALLER, "project_id": project_id, "idempotency_key": new_id()}


def prompts(plan: media_pb2.ScenePlan) -> list[str]:
    return [scene.visual_prompt for scene in plan.scenes]
