"""Edits: each makes a new revision; what hangs on it becomes stale, and is made again only when asked for."""

from reelwright.events.v1.media_pb2 import Transcript
from reelwright_director import identity, scenes
from reelwright_director.decide.assets import drop_superseded
from reelwright_director.decide.commands import permit
from reelwright_director.decide.messages import read_transcript
from reelwright_director.decide.revisions import set_plan, set_script, set_transcript
from reelwright_director.decide.stages import start
from reelwright_director.decide.steps import forget_failed
from reelwright_director.decision import Draft, Refused
from reelwright_director.inputs import EditPlan, EditScript, EditTranscript
from reelwright_director.table import Verb
from reelwright_director.terms import Stage, State


def edit_script(draft: Draft, command: EditScript) -> None:
    """Another text: aligned anew, and then it is the user's turn. A plan that exists is kept."""
    permit(draft, Verb.EDIT_SCRIPT, Stage.TRANSCRIPTION)
    set_script(draft, command.script)
    _clear(draft)
    draft.change(goal=Stage.TRANSCRIPTION)
    start(draft, Stage.TRANSCRIPTION)


def edit_transcript(draft: Draft, command: EditTranscript) -> None:
    """Other words with times. What is known of the recording itself stays."""
    permit(draft, Verb.EDIT_TRANSCRIPT, Stage.TRANSCRIPTION)
    if draft.project.transcript is None:
        raise Refused("transcript_missing")
    _clear(draft)
    words = _about_the_same_recording(command.transcript, read_transcript(draft))
    set_transcript(draft, words, identity.transcription_id(draft.project), edited=True)
    draft.change(state=State.TRANSCRIBED)


def _about_the_same_recording(edited: Transcript, had: Transcript) -> Transcript:
    """The edited words, with what an editor cannot change: the recording's length, and where somebody speaks."""
    words = Transcript()
    words.CopyFrom(edited)
    words.duration_s = had.duration_s
    words.language = edited.language or had.language
    if not edited.speech:
        words.speech.extend(had.speech)
    return words


def edit_plan(draft: Draft, command: EditPlan) -> None:
    """Other scenes. Pictures whose subject did not change are kept."""
    permit(draft, Verb.EDIT_PLAN, Stage.PLAN)
    transcript = draft.project.transcript
    if transcript is None:
        raise Refused("transcript_missing")
    wrong = scenes.problem(command.plan, transcript.duration_s)
    if wrong:
        raise Refused("plan_invalid", wrong)
    _clear(draft)
    set_plan(draft, scenes.tidied(command.plan), identity.plan_id(draft.project), edited=True)
    drop_superseded(draft)
    draft.change(state=State.PLANNED)


def _clear(draft: Draft) -> None:
    """An edit answers an earlier failure."""
    draft.change(failure=None)
    forget_failed(draft)
