"""Why is it stuck? One sentence for whoever asks: what a project waits for, for how long, and until when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from reelwright_chassis.spans import span
from reelwright_director import pictures
from reelwright_director.brakebook import Brake
from reelwright_director.brakes import ALL, Brakes
from reelwright_director.expect import present
from reelwright_director.state import Project, Request
from reelwright_director.terms import Review, Stage, State, Status, Waiting
from reelwright_director.waiting import next_attempt_at_s, waiting_on

_WORKERS = {
    Stage.FETCH: "gateway that fetches the recording",
    Stage.TRANSCRIPTION: "transcription worker",
    Stage.PLAN: "planner",
    Stage.ASSET: "kling-gateway",
    Stage.RENDER: "renderer",
}
_WHOM = {
    Waiting.PROVIDER: "the provider",
    Waiting.PROVIDER_SLOT: "a free place at the provider",
    Waiting.WORKER: "a kling-gateway",
}


@dataclass(frozen=True, slots=True)
class Why:
    """`remedy` is what an operator can do; empty where there is nothing to do."""

    sentence: str
    remedy: str = ""


def why(project: Project, brakes: Sequence[Brake], now_s: float) -> Why:
    """The one answer. Times of day are UTC."""
    on = waiting_on(project, Brakes(frozenset((brake.stage, brake.tenant_id) for brake in brakes)))
    match on:
        case Waiting.NOTHING | Waiting.BUDGET:
            return _ended(project, now_s)
        case Waiting.USER:
            return Why(f"Waits for its user{_for(project, now_s)}: {_wanted_of_user(project)}.")
        case Waiting.PAUSE:
            return _paused(project, brakes, now_s)
        case Waiting.RETRY:
            return _retrying(project, now_s)
        case Waiting.WORKER if project.state is not State.GENERATING:
            return _working(project, now_s)
        case _:
            return _pictures(project, on, now_s)


_IDLE = "See whether its workers run and keep up: reelwright ops topics lag."


def _ended(project: Project, now_s: float) -> Why:
    ago = f"{span(now_s - project.updated_at_s)} ago"
    if project.failure is None:
        return Why(f"{project.state.value.capitalize()} {ago}; it waits for nothing.")
    failure = project.failure
    message = failure.message.rstrip(".")
    return Why(f"Failed {ago} in its {failure.stage.value} stage: {message} ({failure.reason_code}).", failure.remedy)


def _wanted_of_user(project: Project) -> str:
    review = project.settings.review
    match project.state:
        case State.CREATED:
            return "the recording has not been uploaded"
        case State.UPLOADED:
            return "nobody has started the transcription"
        case State.TRANSCRIBED if review is not Review.NONE and review.of_transcript:
            return "the transcript is to be approved"
        case State.PLANNED if review is not Review.NONE and review.of_scenes:
            return "the scenes are to be approved"
        case _:
            return "it went as far as it was asked to; the next stage is to be started"


def _paused(project: Project, brakes: Sequence[Brake], now_s: float) -> Why:
    """The brake that holds it, with who pulled it."""
    stage = _outstanding(project)[0].stage
    brake = next(b for b in brakes if b.stage in (stage, ALL) and b.tenant_id in (project.tenant_id, ALL))
    what = "everything" if brake.stage == ALL else f"the {brake.stage} stage"
    whose = "" if brake.tenant_id == ALL else f" for tenant {brake.tenant_id}"
    by = f" by {brake.by}" if brake.by else ""
    because = f" ({brake.why})" if brake.why else ""
    since = f"{span(now_s - brake.since_s)} ago" if brake.since_s else "some time ago"
    return Why(
        f"Waits{_for(project, now_s)}, because {what} was paused{whose}{by} {since}{because}, until it is resumed.",
        f"Resume it: {_resume_words(brake)}.",
    )


def _resume_words(brake: Brake) -> str:
    stage = "all" if brake.stage == ALL else brake.stage
    return f"reelwright ops resume {stage}" + ("" if brake.tenant_id == ALL else f" --tenant {brake.tenant_id}")


def _pictures(project: Project, on: Waiting, now_s: float) -> Why:
    """All pictures together: they are made side by side."""
    told = {
        Status.RUNNING: "being made",
        Status.ASKED: "asked for and not begun",
        Status.READY: "waiting for a free place",
        Status.RETRYING: "to be tried again",
    }
    counts = {text: sum(r.status is status for r in pictures.orders(project)) for status, text in told.items()}
    there, total = len(pictures.assets(project)), len(present(project.plan).scenes)
    parts = [f"{count} {text}" for text, count in counts.items() if count]
    ends_s = min((r.deadline_at_s for r in pictures.orders(project) if r.deadline_at_s), default=None)
    return Why(
        f"Waits for {_WHOM[on]}{_for(project, now_s)}: {there} of {total} pictures are there, {', '.join(parts)}"
        f"{_until(ends_s, now_s)}.",
        _IDLE if on is Waiting.WORKER else "",
    )


def _retrying(project: Project, now_s: float) -> Why:
    request = next(r for r in _outstanding(project) if r.status is Status.RETRYING)
    cause = next((e.reason_code for e in reversed(project.history) if e.reason_code), "")
    tries = project.begun.get(request.request_id, 0)
    after = f" after {tries} {'attempt' if tries == 1 else 'attempts'}" + (f" ({cause})" if cause else "")
    at_s = present(next_attempt_at_s(project))
    due = f"in {span(at_s - now_s)} (at {clock(at_s)})" if at_s > now_s else "due now"
    return Why(f"Waits{_for(project, now_s)} for its next {request.stage.value} attempt, {due},{after}.")


def _working(project: Project, now_s: float) -> Why:
    outstanding = _outstanding(project)
    running = next((r for r in outstanding if r.lease is not None), None)
    if running is not None and running.lease is not None:
        attempt = f"attempt {running.lease.attempt} of {running.lease.worker}"
        return Why(f"Waits for the {_WORKERS[running.stage]}{_for(project, now_s)}: {attempt} runs"
                   f"{_until(running.deadline_at_s, now_s)}.")  # fmt: skip
    asked = next(r for r in outstanding if r.status is Status.ASKED)
    lost = f", and {asked.losses} attempts were lost" if asked.losses else ""
    return Why(
        f"Waits for a {_WORKERS[asked.stage]}{_for(project, now_s)}: nobody has begun it{lost}.",
        _IDLE,
    )


def _outstanding(project: Project) -> list[Request]:
    return [request for request in project.requests if request.status is not Status.FAILED]


def _for(project: Project, now_s: float) -> str:
    return f" for {span(now_s - project.waiting.since_s)}"


def _until(at_s: float | None, now_s: float) -> str:
    return f", until {clock(at_s)} at the latest (in {span(at_s - now_s)})" if at_s is not None else ""


def clock(at_s: float) -> str:
    """A time of day, with its date where that isn't obvious from a wait of hours."""
    return f"{datetime.fromtimestamp(at_s, UTC):%Y-%m-%d %H:%M:%S} UTC"
