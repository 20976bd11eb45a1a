"""Long texts in their tables: scripts and words in `transcripts`, scenes in `scene-beats`. Immutable once written."""

from collections.abc import AsyncIterator, Iterable, Iterator
from dataclasses import replace

from reelwright.events.v1.media_pb2 import Scene, ScenePlan, Transcript
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright_chassis.store.port import Delete, Key, Put, Query, Store, Value, Write
from reelwright_director import tables
from reelwright_director.codec import SCHEMA_VERSION, packed, unpacked
from reelwright_director.decision import Document, DocumentKey, DocumentKind
from reelwright_director.state import Project

_ROWS_PER_PLAN = 100
"""More than a plan may have scenes."""


def keys_of(project: Project) -> set[DocumentKey]:
    """The documents that a project names."""
    keys = {DocumentKey(DocumentKind.TRANSCRIPT, r.number) for r in project.transcripts}
    keys |= {DocumentKey(DocumentKind.PLAN, r.number) for r in project.plans}
    if project.script is not None:
        keys.add(DocumentKey(DocumentKind.SCRIPT, project.script.number))
    return keys


def puts(project_id: str, key: DocumentKey, document: Document) -> Iterator[Write]:
    """The writes that store a document."""
    if isinstance(document, ScenePlan):
        yield from _plan_puts(project_id, key.number, document)
        return
    yield Put(
        tables.TRANSCRIPTS,
        {
            "transcript_id": _text_id(project_id, key),
            "project_id": project_id,
            "schema_version": SCHEMA_VERSION,
            "text": packed(document),
        },
    )


def _plan_puts(project_id: str, number: int, plan: ScenePlan) -> Iterator[Write]:
    head = ScenePlan()
    head.CopyFrom(plan)
    head.ClearField("scenes")
    first = number * _ROWS_PER_PLAN
    common: dict[str, Value] = {"project_id": project_id, "schema_version": SCHEMA_VERSION}
    yield Put(tables.SCENES, {**common, "sequence_number": first, "plan": packed(head)})
    for place, scene in enumerate(plan.scenes, start=1):
        row: dict[str, Value] = {
            "sequence_number": first + place,
            "beat_id": scene.scene_id,
            "scene": packed(ScenePlan(scenes=[scene])),
        }
        yield Put(tables.SCENES, {**common, **row})


def deletes(before: Project, key: DocumentKey) -> Iterator[Write]:
    """The writes that remove a document of a project as it was."""
    if key.kind is not DocumentKind.PLAN:
        yield Delete(tables.TRANSCRIPTS, {"transcript_id": _text_id(before.project_id, key)})
        return
    scenes = next((len(r.scenes) for r in before.plans if r.number == key.number), 0)
    for place in range(scenes + 1):
        sequence_number = key.number * _ROWS_PER_PLAN + place
        yield Delete(tables.SCENES, {"project_id": before.project_id, "sequence_number": sequence_number})


async def load(store: Store, project_id: str, key: DocumentKey) -> Document | None:
    """None when it is gone: the project has moved on since it was read."""
    if key.kind is DocumentKind.PLAN:
        return await _load_plan(store, project_id, key.number)
    item = await store.get(tables.TRANSCRIPTS, {"transcript_id": _text_id(project_id, key)})
    if item is None:
        return None
    if key.kind is DocumentKind.SCRIPT:
        return unpacked(GivenText, item["text"])
    return unpacked(Transcript, item["text"])


async def _load_plan(store: Store, project_id: str, number: int) -> ScenePlan | None:
    first = number * _ROWS_PER_PLAN
    rows = await store.query(Query(tables.SCENES, project_id, low=first, high=first + _ROWS_PER_PLAN - 1))
    if not rows.items or "plan" not in rows.items[0]:
        return None
    plan = unpacked(ScenePlan, rows.items[0]["plan"])
    plan.scenes.extend(_scenes(row["scene"] for row in rows.items[1:]))
    return plan


def _scenes(rows: Iterable[Value]) -> Iterator[Scene]:
    for row in rows:
        yield from unpacked(ScenePlan, row).scenes


async def remove_all(store: Store, project_id: str) -> None:
    """Every document of a project, named by it or not."""
    async for key in _rows(store, Query(tables.SCENES, project_id), ("project_id", "sequence_number")):
        await store.delete(tables.SCENES, key)
    async for key in _rows(store, Query(tables.TRANSCRIPTS, project_id, index="project"), ("transcript_id",)):
        await store.delete(tables.TRANSCRIPTS, key)


async def _rows(store: Store, query: Query, names: tuple[str, ...]) -> AsyncIterator[Key]:
    cursor: str | None = None
    while True:
        page = await store.query(replace(query, cursor=cursor))
        for item in page.items:
            yield {name: value for name in names if isinstance(value := item[name], str | int)}
        cursor = page.next_cursor
        if cursor is None:
            return


def _text_id(project_id: str, key: DocumentKey) -> str:
    """A transcript's id is what `Transcript.transcript_id` says."""
    infix = "" if key.kind is DocumentKind.TRANSCRIPT else f"{key.kind}-"
    return f"{project_id}-{infix}{key.number}"
