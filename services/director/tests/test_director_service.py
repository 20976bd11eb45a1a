"""The whole director on the embedded parts: gRPC in front, workers of the chassis behind it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import pytest
from google.protobuf.message import Message

from reelwright.events.v1 import facts_pb2 as facts
from reelwright.events.v1 import requests_pb2 as requests
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceStub
from reelwright_chassis.errors import Reject, Retry
from reelwright_chassis.home import Home, open_home
from reelwright_chassis.parts import Parts
from reelwright_chassis.rpc import call, connect, local_address, serve
from reelwright_chassis.testing import running
from reelwright_chassis.worker import Job, Worker
from reelwright_director import inputs
from reelwright_director.decide import core
from reelwright_director.service import Director
from reelwright_director.settings import DirectorSettings
from reelwright_director.testing.messages import answer

if TYPE_CHECKING:
    from reelwright.rpc.v1.project_pb2_grpc import ProjectServiceAsyncStub

CALLER = rpc.Caller(tenant_id="t", user_id="u")
_TOPICS = {
    "transcription.requests": requests.TranscriptionRequested,
    "plan.requests": requests.PlanRequested,
    "asset.requests": requests.AssetRequested,
    "render.requests": requests.RenderRequested,
}


@dataclass
class House:
    director: Director
    projects: "ProjectServiceAsyncStub"
    parts: Parts
    home: Home

    async def create(self, **settings: object) -> rpc.Project:
        request = rpc.CreateProjectRequest(
            caller=CALLER,
            idempotency_key="k",
            client_reference="job",
            settings=rpc.ProjectSettings(**settings),  # type: ignore[arg-type]
        )
        return await call(self.projects.CreateProject, request)

    async def upload(self, project: rpc.Project) -> rpc.Project:
        audio = await self.parts.blobs.put_bytes(
            f"audio-projects/{project.project_id}/audio", b"sound", content_type="audio/mpeg"
        )
        request = rpc.CompleteUploadRequest(caller=CALLER, project_id=project.project_id, audio=audio)
        return await call(self.projects.CompleteUpload, request)

    async def get(self, project: rpc.Project) -> rpc.Project:
        request = rpc.GetProjectRequest(caller=CALLER, project_id=project.project_id)
        return await call(self.projects.GetProject, request)

    async def until(self, project: rpc.Project, state: rpc.State.ValueType) -> rpc.Project:
        """Follows the changes until the project is in this state."""
        changes = self.parts.bus.follow("project.changes")
        async with asyncio.timeout(30):
            while (now := await self.get(project)).state != state:
                await anext(changes)
        return now


@asynccontextmanager
async def house(folder: Path, instance: str = "test") -> AsyncIterator[House]:
    """A director that serves; its workers are the caller's to run."""
    settings = DirectorSettings(tick_every_s=0.05, backoff_s=0.01)
    async with open_home(folder) as home:
        director = Director(bus=home.bus, store=home.store, blobs=home.blobs, instance=instance, settings=settings)
        await director.prepare()
        await director.release_leases()
        server = await serve(director.mounted(), local_address(folder, "director"))
        channel = connect(server.address)
        parts = Parts(home.bus, home.store, home.blobs, channel, home.scratch, instance)
        try:
            async with running(director):
                yield House(director, ProjectServiceStub(channel), parts, home)
        finally:
            await channel.close()
            await server.stop(0)


def worker(topic: str, kind: type[Message], seen: list[Message]) -> Worker[Message]:
    """Answers at once, and keeps what it saw."""
    made = Worker[Message](topic.removesuffix(".requests"), topic=topic, request=kind, concurrency=4)

    @made.handles
    async def handle(request: Message, job: Job) -> Message:
        seen.append(request)
        return answer(request, attempt=job.attempt)

    return made


async def test_a_recording_becomes_a_video_over_grpc(tmp_path: Path) -> None:
    seen: list[Message] = []
    async with house(tmp_path) as home:
        bound = [worker(topic, kind, seen).bind(home.parts) for topic, kind in _TOPICS.items()]
        async with running(*bound):
            project = await home.create(title="Bees")
            again = await home.create(title="Bees")
            assert again.project_id == project.project_id
            await home.upload(project)
            done = await home.until(project, rpc.STATE_COMPLETED)
        assert [type(request).__name__ for request in seen].count("AssetRequested") == 2
        assert (done.quality, len(done.scenes), list(done.stale)) == ("full", 2, [])
        listed = await call(home.projects.ListProjects, rpc.ListProjectsRequest(caller=CALLER, client_reference="job"))
        assert [found.project_id for found in listed.projects] == [project.project_id]
        history = await call(
            home.projects.GetHistory, rpc.GetHistoryRequest(caller=CALLER, project_id=project.project_id)
        )
        assert [entry.outcome for entry in history.entries if entry.request_id] == ["done"] * 5
        usage = await call(home.projects.GetUsage, rpc.GetUsageRequest(caller=CALLER))
        assert (usage.projects, usage.videos) == (1, 1)


async def test_refusals_carry_their_reason(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        project = await home.create()
        with pytest.raises(Reject) as refused:
            await call(
                home.projects.ApprovePlan,
                rpc.CommandRequest(caller=CALLER, project_id=project.project_id, idempotency_key="a"),
            )
        assert refused.value.reason_code == "not_at_gate"


async def test_a_killed_worker_is_replaced_after_a_restart(tmp_path: Path) -> None:
    """The state folder is opened again by another process; the record comes again, and its lease is free at once."""
    async with house(tmp_path, "first") as home:
        project = await home.create()
        await home.upload(project)
        (request,) = (await home.director.projects.load(project.project_id)).requests  # type: ignore[union-attr]
        await home.director.workflow.apply(project.project_id, inputs.Begin(request.request_id, "first"))
    seen: list[Message] = []
    async with house(tmp_path, "second") as home:
        bound = [worker(topic, kind, seen).bind(home.parts) for topic, kind in _TOPICS.items()]
        async with running(*bound):
            await home.until(project, rpc.STATE_COMPLETED)
        history = await call(
            home.projects.GetHistory, rpc.GetHistoryRequest(caller=CALLER, project_id=project.project_id)
        )
        attempts = [
            (entry.attempt, entry.outcome) for entry in history.entries if entry.stage == rpc.STAGE_TRANSCRIPTION
        ]
        assert attempts == [(1, "lost"), (2, "done")]


async def test_a_retry_is_asked_by_the_clock(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        fails = Worker[requests.TranscriptionRequested](
            "transcription", topic="transcription.requests", request=requests.TranscriptionRequested
        )

        @fails.handles
        async def handle(request: requests.TranscriptionRequested, job: Job) -> Message:
            if job.attempt == 1:
                raise Retry("not yet", reason_code="kling_busy", delay_s=90.0)
            return answer(request, attempt=job.attempt)

        async with running(fails.bind(home.parts)):
            project = await home.create(review=rpc.REVIEW_TRANSCRIPT)
            await home.upload(project)
            changes = home.parts.bus.follow("project.changes")
            async with asyncio.timeout(10):
                while (waits := await home.get(project)).waiting_on != rpc.WAITING_ON_RETRY:
                    await anext(changes)
            assert 80 < waits.next_attempt_at.ToSeconds() - waits.updated_at.ToSeconds() < 200


async def test_a_fact_that_breaks_us_fails_the_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(*_: object) -> None:
        raise ZeroDivisionError

    monkeypatch.setitem(core._HANDLERS, facts.TranscriptReady, broken)
    seen: list[Message] = []
    async with house(tmp_path) as home:
        letters = home.parts.bus.follow("results.dlq")
        transcribes = worker("transcription.requests", requests.TranscriptionRequested, seen)
        async with running(transcribes.bind(home.parts)):
            project = await home.create()
            await home.upload(project)
            failed = await home.until(project, rpc.STATE_FAILED)
            async with asyncio.timeout(10):
                letter = await anext(letters)
        assert (failed.failure.reason_code, failed.failure.stage) == ("internal", rpc.STAGE_TRANSCRIPTION)
        assert facts.TranscriptReady.FromString(letter.value).project_id == project.project_id


async def test_brakes_are_obeyed_and_released(tmp_path: Path) -> None:
    seen: list[Message] = []
    async with house(tmp_path) as home:
        await home.director.brakes.pause("asset")
        bound = [worker(topic, kind, seen).bind(home.parts) for topic, kind in _TOPICS.items()]
        async with running(*bound):
            project = await home.create()
            await home.upload(project)
            held = await home.until(project, rpc.STATE_GENERATING)
            assert held.waiting_on == rpc.WAITING_ON_PAUSE
            assert not any(isinstance(request, requests.AssetRequested) for request in seen)
            await home.director.brakes.resume("asset")
            await home.until(project, rpc.STATE_COMPLETED)


async def test_no_paid_call_begins_while_its_stage_is_paused(tmp_path: Path) -> None:
    """Workers that are about to pay hand their requests back, and are asked again after the pause."""
    seen, paid, about_to_pay, may_ask = list[Message](), list[str](), asyncio.Event(), asyncio.Event()
    pays = Worker[requests.AssetRequested](
        "asset", topic="asset.requests", request=requests.AssetRequested, concurrency=4
    )

    @pays.handles
    async def pay(request: requests.AssetRequested, job: Job) -> Message:
        about_to_pay.set()
        await may_ask.wait()
        await job.confirm()
        paid.append(request.asset_id)
        return answer(request, attempt=job.attempt)

    async with house(tmp_path) as home:
        others = [worker(topic, kind, seen) for topic, kind in _TOPICS.items() if topic != "asset.requests"]
        async with running(pays.bind(home.parts), *(other.bind(home.parts) for other in others)):
            project = await home.create()
            await home.upload(project)
            async with asyncio.timeout(10):
                await about_to_pay.wait()
            await home.director.brakes.pause("asset")
            may_ask.set()
            changes = home.parts.bus.follow("project.changes")
            async with asyncio.timeout(10):
                while (held := await home.get(project)).waiting_on != rpc.WAITING_ON_PAUSE:
                    await anext(changes)
            assert (held.state, paid) == (rpc.STATE_GENERATING, [])
            await home.director.brakes.resume("asset")
            await home.until(project, rpc.STATE_COMPLETED)
        history = await call(
            home.projects.GetHistory, rpc.GetHistoryRequest(caller=CALLER, project_id=project.project_id)
        )
        outcomes = [entry.outcome for entry in history.entries if entry.stage == rpc.STAGE_ASSET]
        assert {"paused", "done"} == set(outcomes)
    assert len(paid) == len(set(paid)) == 2


async def test_deleting_is_swept_by_the_clock(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        project = await home.create()
        await home.upload(project)
        await call(home.projects.DeleteProject, rpc.DeleteProjectRequest(caller=CALLER, project_id=project.project_id))
        await home.director.tick()
        assert not [blob async for blob in home.parts.blobs.list("audio-projects/")]
        with pytest.raises(Reject) as refused:
            await home.get(project)
        assert refused.value.reason_code == "project_not_found"
        listed = await call(home.projects.ListProjects, rpc.ListProjectsRequest(caller=CALLER))
        assert not listed.projects


async def test_lists_are_paged_and_filtered(tmp_path: Path) -> None:
    async with house(tmp_path) as home:
        made = []
        for number in range(5):
            request = rpc.CreateProjectRequest(caller=CALLER, labels={"even": str(number % 2 == 0)})
            made.append((await call(home.projects.CreateProject, request)).project_id)
        await call(home.projects.Cancel, rpc.CommandRequest(caller=CALLER, project_id=made[0]))

        async def listed(**wanted: object) -> list[str]:
            found: list[str] = []
            cursor = ""
            while True:
                request = rpc.ListProjectsRequest(caller=CALLER, cursor=cursor, limit=2, **wanted)  # type: ignore[arg-type]
                page = await call(home.projects.ListProjects, request)
                found += [project.project_id for project in page.projects]
                cursor = page.next_cursor
                if not cursor:
                    return found

        assert await listed() == made[::-1]
        assert await listed(label="even=True") == [made[4], made[2], made[0]]
        assert await listed(state=rpc.STATE_CANCELED) == [made[0]]
        assert await listed(client_reference="nobody's") == []
        other = rpc.ListProjectsRequest(caller=rpc.Caller(tenant_id="t", user_id="other"))
        assert not (await call(home.projects.ListProjects, other)).projects
        with pytest.raises(Reject) as refused:
            await call(home.projects.ListProjects, rpc.ListProjectsRequest(caller=CALLER, cursor="nonsense"))
        assert refused.value.reason_code == "cursor_invalid"


async def test_texts_are_edited_over_grpc(tmp_path: Path) -> None:
    seen: list[Message] = []
    async with house(tmp_path) as home:
        bound = [worker(topic, kind, seen).bind(home.parts) for topic, kind in _TOPICS.items()]
        project = await home.create()
        named = {"caller": CALLER, "project_id": project.project_id}
        assert (await call(home.projects.GetPlan, rpc.GetPlanRequest(**named))).revision == 0  # type: ignore[arg-type]
        assert (await call(home.projects.GetTranscript, rpc.GetTranscriptRequest(**named))).revision == 0  # type: ignore[arg-type]
        await home.upload(project)
        async with running(*bound):
            await home.until(project, rpc.STATE_COMPLETED)
            words = await call(home.projects.GetTranscript, rpc.GetTranscriptRequest(**named))  # type: ignore[arg-type]
            words.transcript.words[0].text = "ONE"
            edit = rpc.EditTranscriptRequest(transcript=words.transcript, **named)  # type: ignore[arg-type]
            edited = await call(home.projects.EditTranscript, edit)
            assert (edited.state, edited.transcript_revision) == (rpc.STATE_TRANSCRIBED, 2)
            assert list(edited.stale) == [rpc.STAGE_PLAN, rpc.STAGE_RENDER]
            start = rpc.StartStageRequest(stage=rpc.STAGE_RENDER, **named)  # type: ignore[arg-type]
            await call(home.projects.StartStage, start)
            done = await home.until(project, rpc.STATE_COMPLETED)
        assert done.video.mp4.key.endswith("/2/final_video.mp4")
        assets = await call(home.projects.ListAssets, rpc.ListAssetsRequest(scene_id="s1", **named))  # type: ignore[arg-type]
        assert [asset.prompt for asset in assets.assets] == ["prompt 1"]
        with pytest.raises(Reject) as refused:
            await call(home.projects.RewriteScene, rpc.RewriteSceneRequest(scene_id="s9", **named))  # type: ignore[arg-type]
        assert refused.value.reason_code == "scene_not_found"


@pytest.mark.parametrize(
    "settings",
    [
        {"target_duration_s": 61.0},
        {"aspect": "4:3"},
        {"budget_usd": -1.0},
        {"title": "x" * 201},
        {"script": requests.GivenText(text="x" * 200_001)},
    ],
)
async def test_settings_are_checked_at_the_door(tmp_path: Path, settings: dict[str, object]) -> None:
    async with house(tmp_path) as home:
        with pytest.raises(Reject, match=r"\.$") as refused:
            await home.create(**settings)
        assert refused.value.reason_code == "settings_invalid"
