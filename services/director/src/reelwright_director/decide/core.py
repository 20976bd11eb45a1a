"""`decide`: who does what with each kind of input, and what every change carries with it."""

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from reelwright.events.v1 import facts_pb2 as facts
from reelwright_director import inputs
from reelwright_director.decide import commands, copying, edits, leases, ticks
from reelwright_director.decide.agreement import check_agreed
from reelwright_director.decide.facts import hear
from reelwright_director.decide.revisions import set_script
from reelwright_director.decide.stages import start
from reelwright_director.decision import Context, Decision, Draft
from reelwright_director.state import Consent, Project, WaitingSince
from reelwright_director.terms import RUNNING, Stage, State
from reelwright_director.view import changed_view, timestamp
from reelwright_director.waiting import waiting_on
from reelwright_director.webhooks.events import events

_HANDLERS: Mapping[type, Callable[[Draft, Any], None]] = {
    inputs.CompleteUpload: commands.complete_upload,
    inputs.Update: commands.update,
    inputs.EditScript: edits.edit_script,
    inputs.EditTranscript: edits.edit_transcript,
    inputs.ApproveTranscript: commands.approve_transcript,
    inputs.EditPlan: edits.edit_plan,
    inputs.ApprovePlan: commands.approve_plan,
    inputs.RegenerateAsset: commands.regenerate,
    inputs.ChooseAsset: commands.choose,
    inputs.StartStage: commands.start_stage,
    inputs.Retry: commands.retry,
    inputs.Cancel: commands.cancel,
    inputs.Delete: commands.delete,
    inputs.Fault: commands.fault,
    inputs.Begin: leases.begin,
    inputs.Beat: leases.beat,
    inputs.EndLeases: leases.end_leases,
    inputs.Tick: ticks.tick,
    inputs.Dispatch: ticks.dispatch,
    facts.AudioFetched: hear,
    facts.TranscriptReady: hear,
    facts.ScenesPlanned: hear,
    facts.AssetReady: hear,
    facts.VideoRendered: hear,
    facts.WorkFailed: hear,
}


def create(command: inputs.Create, context: Context) -> Decision:
    """A new project. Raises `Refused`: consent_required."""
    check_agreed(command.consent, command.required_terms)
    blank = Project(
        command.project_id,
        command.tenant_id,
        command.user_id,
        context.now_s,
        command.settings,
        client_reference=command.client_reference,
        labels=dict(command.labels),
        autostart=command.autostart,
        audio_url=command.audio_url,
        consent=_dated(command.consent, context.now_s),
    )
    draft = Draft(blank, context)
    if command.script is not None:
        set_script(draft, command.script)
    if command.audio_url:
        start(draft, Stage.FETCH)
    return _seal(draft, None, commanded=True)


def copy(source: Project, command: inputs.Copy, context: Context) -> Decision:
    """A new project with another's recording, words and pictures; `context` has the other's documents.

    Raises `Refused`, `DocumentMissing`.
    """
    dated = replace(command, consent=_dated(command.consent, context.now_s))
    draft = Draft(copying.blank(source, dated, context.now_s), replace(context, documents={}))
    copying.copy_into(draft, Draft(source, context))
    return _seal(draft, None, commanded=True)


def _dated(consent: Consent | None, now_s: float) -> Consent | None:
    return consent if consent is None or consent.accepted_at_s else replace(consent, accepted_at_s=now_s)


def decide(project: Project, what: inputs.Input, context: Context) -> Decision:
    """What becomes of the project now that `what` happened.

    Raises `Refused` for a command that cannot be obeyed, `DocumentMissing` for a text that must be loaded first.
    """
    draft = Draft(project, context)
    _HANDLERS[type(what)](draft, what)
    return _seal(draft, project, commanded=isinstance(what, inputs.Command))


def _seal(draft: Draft, before: Project | None, *, commanded: bool) -> Decision:
    """A changed project gets the next version and, where its public view changed, tells so."""
    if draft.project == before:
        return replace(draft.decision(), project=before)
    draft.change(
        awaited_s=_awaited_s(draft.project, before, draft.now_s),
        waiting=_waiting(draft),
        version=draft.project.version + 1,
        updated_at_s=draft.now_s,
        trace=draft.context.trace if commanded else draft.project.trace,
    )
    view = changed_view(draft.project)
    if before is None or view != changed_view(before):
        view.version = draft.project.version
        view.at.CopyFrom(timestamp(draft.now_s))
        draft.send("project.changes", draft.project.project_id, view)
    for event in events(before, draft.project):
        draft.send("project.events", draft.project.project_id, event)
    return draft.decision()


def _awaited_s(after: Project, before: Project | None, now_s: float) -> float:
    """A run that begins after a completed one is waited for anew. Replicas' clocks may differ a little."""
    if before is None or (before.state is State.COMPLETED and after.state in RUNNING):
        return 0.0
    spent_s = now_s - before.updated_at_s if before.state in RUNNING else 0.0
    return before.awaited_s + max(0.0, spent_s)


def _waiting(draft: Draft) -> WaitingSince:
    """A wait begins when what is waited for, or the state, changes."""
    had, on, state = draft.project.waiting, waiting_on(draft.project), draft.project.state
    return had if (had.on, had.state) == (on, state) and had.since_s else WaitingSince(on, state, draft.now_s)
