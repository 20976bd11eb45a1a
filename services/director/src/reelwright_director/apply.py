"""The one path by which a project changes: read, decide, write; on conflict again. What follows is published then."""

import asyncio
from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import partial
from weakref import WeakValueDictionary

from reelwright_chassis import metrics
from reelwright_chassis.blobs.port import Blobs
from reelwright_chassis.clock import Clock
from reelwright_chassis.errors import Conflict, NotFound, Unavailable
from reelwright_chassis.trace import parse_trace
from reelwright_chassis.tracing import current, link
from reelwright_director import inputs
from reelwright_director.audit import AuditLine
from reelwright_director.brakes import Brakes
from reelwright_director.counting import count
from reelwright_director.decide import copy, create, decide
from reelwright_director.decision import Context, Decision, DocumentMissing, Refused, Removing
from reelwright_director.keys import owner_key
from reelwright_director.once import Once
from reelwright_director.outbox import Outbox, outbox_rows
from reelwright_director.policy import Policy
from reelwright_director.state import Project
from reelwright_director.store import ProjectStore
from reelwright_director.terms import State

_TRIES = 50
"""Conflicts in a row before the store is called unavailable: far more than replicas can cause."""


@dataclass(frozen=True, slots=True)
class Guard:
    """What a command's sender asks for besides: whose project it must be, which version, and to be obeyed only once.

    An operator's commands have no `owner`, those of a tenant's administrator have `tenant_id` instead. `by` goes into
    the audit.
    """

    owner: str | None
    if_version: int = 0
    once: Once | None = None
    by: str = ""
    tenant_id: str = ""

    def reaches(self, project: Project) -> bool:
        if self.tenant_id:
            return project.tenant_id == self.tenant_id
        return self.owner in (None, owner_key(project.tenant_id, project.user_id))


@dataclass(frozen=True, slots=True)
class Applied:
    """The project after the input (`version` tells whether it changed) and, for workers, the answer.

    `before` is None where the command had been obeyed earlier.
    """

    project: Project
    answer: inputs.Answer | None = None
    before: Project | None = None


class Workflow:
    """Applies inputs to projects. `on_commit` is told of every project that was written; it must return at once."""

    def __init__(
        self,
        projects: ProjectStore,
        outbox: Outbox,
        blobs: Blobs,
        clock: Clock,
        *,
        policy: Policy,
        brakes: Callable[[], Brakes],
        on_commit: Callable[[Project], None],
    ) -> None:
        self._projects = projects
        self._outbox = outbox
        self._blobs = blobs
        self._clock = clock
        self._policy = policy
        self._brakes = brakes
        self._on_commit = on_commit
        self._locks: WeakValueDictionary[str, asyncio.Lock] = WeakValueDictionary()

    async def create(self, command: inputs.Create, once: Once | None, by: str = "") -> Project:
        """A new project; with a known key, the one that was made then. Raises `Refused`, `Unavailable`."""
        guard = Guard(owner_key(command.tenant_id, command.user_id), once=once, by=by)
        known = await self._projects.obeyed(guard.once)
        if known is not None:
            return known
        decision = create(command, self._context())
        try:
            await self._write(None, decision, guard, "Create")
        except Conflict:
            known = await self._projects.obeyed(guard.once)
            if known is None:
                raise
            return known
        return decision.project

    async def copy(self, source_id: str, command: inputs.Copy, guard: Guard) -> Project:
        """A new project like the source; with a known key, the one that was made then.

        Raises `Refused`, `Unavailable`.
        """
        for _ in range(_TRIES):
            known = await self._projects.obeyed(guard.once)
            if known is not None:
                return known
            source = await self._guarded(source_id, guard)
            try:
                decision = await self._with_documents(source, partial(copy, source, command))
                await self._copy_blobs(decision)
                await self._write(None, decision, guard, "Copy")
            except Conflict:
                metrics.CONFLICTS.inc()
                continue
            return decision.project
        raise Unavailable(f"project {source_id} changes too fast")

    async def _copy_blobs(self, decision: Decision) -> None:
        """Before the write: rather twice than never. Raises `Refused`: copy_incomplete."""
        for key, source_key in decision.copies.items():
            try:
                await self._blobs.copy(source_key, key)
            except NotFound as error:
                raise Refused("copy_incomplete") from error

    async def apply(self, project_id: str, what: inputs.Input, guard: Guard | None = None) -> Applied:
        """Let `what` happen to the project. Raises `Refused` (also for no such project), `Unavailable`."""
        lock = self._locks.setdefault(project_id, asyncio.Lock())
        async with lock:
            for _ in range(_TRIES):
                try:
                    return await self._try(project_id, what, guard)
                except Conflict:
                    metrics.CONFLICTS.inc()
        raise Unavailable(f"project {project_id} changes too fast")

    async def _try(self, project_id: str, what: inputs.Input, guard: Guard | None) -> Applied:
        known = await self._projects.obeyed(guard.once) if guard is not None else None
        if known is not None:
            return Applied(known)
        project = await self._guarded(project_id, guard)
        decision = await self._decide(project, what)
        if guard is not None:
            _link_to_earlier(project)
        await self._carry_out(project, decision, guard, type(what).__name__)
        return Applied(decision.project, decision.answer, project)

    async def preview(self, project_id: str, what: inputs.Input, guard: Guard) -> Applied:
        """What `apply` would lead to. Nothing is written. Raises what it raises."""
        for _ in range(_TRIES):
            project = await self._guarded(project_id, guard)
            try:
                decision = await self._decide(project, what)
            except Conflict:
                continue
            return Applied(decision.project, decision.answer, project)
        raise Unavailable(f"project {project_id} changes too fast")

    async def _guarded(self, project_id: str, guard: Guard | None) -> Project:
        project = await self._projects.load(project_id)
        if project is None:
            raise Refused("project_not_found")
        if guard is not None:
            _check(project, guard)
        return project

    async def _decide(self, project: Project, what: inputs.Input) -> Decision:
        return await self._with_documents(project, partial(decide, project, what))

    async def _with_documents(self, project: Project, decided: Callable[[Context], Decision]) -> Decision:
        """Decide, fetching the project's documents until none is missing."""
        context = self._context()
        while True:
            try:
                return decided(context)
            except DocumentMissing as missing:
                document = await self._projects.document(project.project_id, missing.key)
                if document is None:
                    raise Conflict(f"{missing} is gone") from missing
                context = replace(context, documents={**context.documents, missing.key: document})

    async def _carry_out(self, before: Project, decision: Decision, guard: Guard | None, cause: str) -> None:
        if decision.removing is not None:
            await self._remove(before.project_id, decision.removing)
        if decision.project is not before:
            await self._write(before, decision, guard, cause)
        elif guard is not None and guard.once is not None:
            await self._projects.put_once(before, guard.once, self._clock.now_s())

    async def _write(self, before: Project | None, decision: Decision, guard: Guard | None, cause: str) -> None:
        now_s = self._clock.now_s()
        rows = outbox_rows(decision.project.project_id, decision.outgoing, now_s)
        once = guard.once if guard is not None else None
        line = AuditLine(now_s, guard.by, cause.lower()) if guard is not None and guard.by else None
        await self._projects.commit(before, decision, rows, once, now_s, line=line)
        count(before, decision, cause)
        self._on_commit(decision.project)
        self._outbox.bring(rows)

    async def _remove(self, project_id: str, removing: Removing) -> None:
        """Blobs and documents of a deleted project. Before the write: rather twice than never."""
        for prefix in removing.prefixes:
            await self._blobs.delete_prefix(prefix)
        for asset_id in removing.asset_ids:
            async for blob in self._blobs.list(f"ai-generated/{asset_id}."):
                await self._blobs.delete(blob.key)
        await self._projects.remove_documents(project_id)

    def _context(self) -> Context:
        step = current()
        trace = step.traceparent if step is not None else ""
        return Context(self._clock.now_s(), self._policy, self._brakes(), trace=trace)


def _link_to_earlier(project: Project) -> None:
    """A command that comes in a trace of its own, as an approval does, leads back to the one before it."""
    step, earlier = current(), parse_trace(project.trace)
    if step is not None and earlier is not None and earlier.trace_id != step.trace_id:
        link(earlier)


def _check(project: Project, guard: Guard) -> None:
    if not guard.reaches(project) or project.state is State.DELETED:
        raise Refused("project_not_found")
    if guard.if_version not in (0, project.version):
        raise Refused("version_conflict")
