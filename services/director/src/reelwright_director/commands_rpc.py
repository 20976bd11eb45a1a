"""The commands of `ProjectService`."""

# ruff: noqa: N802 (gRPC names its methods so)

from typing import Any, Protocol

from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_chassis.ids import new_id
from reelwright_director import from_rpc, inputs
from reelwright_director.apply import Guard, Workflow
from reelwright_director.brakes import Brakes
from reelwright_director.decision import Refused
from reelwright_director.estimate import estimate
from reelwright_director.keys import owner_key
from reelwright_director.once import Once, once_of
from reelwright_director.project_view import estimate_view, project_view


class Asked(Protocol):
    """What every write carries."""

    @property
    def caller(self) -> rpc.Caller: ...
    @property
    def project_id(self) -> str: ...
    @property
    def idempotency_key(self) -> str: ...


class Commands:
    """Each method obeys one command and answers with the project as it is then."""

    _workflow: Workflow

    def _brakes(self) -> Brakes:
        raise NotImplementedError

    async def CreateProject(self, request: rpc.CreateProjectRequest, _context: Any) -> rpc.Project:
        command = from_rpc.create(request, new_id())
        once = once_of(request, _owner(request.caller), "CreateProject")
        project = await self._workflow.create(command, once, _by(request.caller))
        return project_view(project, self._brakes())

    async def CopyProject(self, request: rpc.CopyProjectRequest, _context: Any) -> rpc.Project:
        command = from_rpc.copy(request, new_id())
        once = once_of(request, _owner(request.caller), "CopyProject")
        guard = _guard(request.caller, 0, once)
        project = await self._workflow.copy(request.project_id, command, guard)
        view = project_view(project, self._brakes())
        view.estimate.CopyFrom(estimate_view(estimate(None, project)))
        return view

    async def CompleteUpload(self, request: rpc.CompleteUploadRequest, _context: Any) -> rpc.Project:
        command = inputs.CompleteUpload(from_rpc.audio(request.audio, request.project_id))
        return await self._obey(request, command)

    async def UpdateProject(self, request: rpc.UpdateProjectRequest, _context: Any) -> rpc.Project:
        command = inputs.Update(from_rpc.settings(request.settings), from_rpc.script(request.settings))
        return await self._obey(request, command)

    async def EditTranscript(self, request: rpc.EditTranscriptRequest, _context: Any) -> rpc.Project:
        command: inputs.Command
        match request.WhichOneof("edit"):
            case "transcript":
                command = inputs.EditTranscript(from_rpc.transcript(request.transcript))
            case "text":
                command = inputs.EditScript(from_rpc.checked_script(request.text))
            case _:
                raise Refused("transcript_invalid", "The edit is empty.")
        return await self._obey(request, command)

    async def ApproveTranscript(self, request: rpc.CommandRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.ApproveTranscript())

    async def EditPlan(self, request: rpc.EditPlanRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.EditPlan(request.plan))

    async def ApprovePlan(self, request: rpc.CommandRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.ApprovePlan())

    async def RegenerateAsset(self, request: rpc.AssetCommandRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.RegenerateAsset(request.asset_id))

    async def ChooseAsset(self, request: rpc.AssetCommandRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.ChooseAsset(request.asset_id))

    async def StartStage(self, request: rpc.StartStageRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.StartStage(from_rpc.stage(request.stage)))

    async def Retry(self, request: rpc.CommandRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.Retry())

    async def Cancel(self, request: rpc.CommandRequest, _context: Any) -> rpc.Project:
        return await self._obey(request, inputs.Cancel())

    async def DeleteProject(self, request: rpc.DeleteProjectRequest, _context: Any) -> rpc.DeleteProjectResponse:
        await self._obey(request, inputs.Delete())
        return rpc.DeleteProjectResponse()

    async def _obey(self, request: Any, command: inputs.Command) -> rpc.Project:
        # By the command: several of them are asked by one kind of request.
        once = once_of(request, _owner(request.caller), type(command).__name__)
        guard = _guard(request.caller, getattr(request, "if_version", 0), once)
        if getattr(request, "dry_run", False):
            applied = await self._workflow.preview(request.project_id, command, guard)
        else:
            applied = await self._workflow.apply(request.project_id, command, guard)
        view = project_view(applied.project, self._brakes())
        if applied.before is not None:
            view.estimate.CopyFrom(estimate_view(estimate(applied.before, applied.project)))
        return view


def _guard(caller: rpc.Caller, if_version: int, once: Once | None) -> Guard:
    tenant_id = caller.tenant_id if caller.whole_tenant else ""
    return Guard(_owner(caller), if_version, once, by=_by(caller), tenant_id=tenant_id)


def _owner(caller: rpc.Caller) -> str:
    return owner_key(caller.tenant_id, caller.user_id)


def _by(caller: rpc.Caller) -> str:
    return caller.by or caller.user_id
