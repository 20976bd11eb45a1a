"""Requests of `ProjectService` as inputs: defaults filled in, limits held, at the door and nowhere else."""

from collections.abc import Iterator

from reelwright.events.v1.media_pb2 import RUNG_STILL, BlobRef, Rung, Transcript
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_director import inputs
from reelwright_director.decision import Refused
from reelwright_director.policy import MAX_SCRIPT_BYTES, MAX_WORDS
from reelwright_director.state import Consent, ProjectSettings
from reelwright_director.terms import Review, Stage

_DEFAULTS = ProjectSettings()
_ASPECTS = ("9:16", "16:9", "1:1")
_SHORTEST_TARGET_S, _LONGEST_TARGET_S = 1.0, 60.0
_MAX_TITLE_CHARS = 200
_MAX_DIRECTION_CHARS = 1_000
_MAX_LABELS = 32
_MAX_LABEL_CHARS = 128
_MAX_REFERENCE_CHARS = 256
_MAX_URL_CHARS = 2_000
_MAX_TERMS_CHARS = 64
_COPIED_OTHERWISE = ("title", "target_duration_s", "review", "caption_style", "budget_usd", "lowest_rung")
"""Settings that a copy may have otherwise: no picture and no word hangs on them."""


def create(request: rpc.CreateProjectRequest, project_id: str) -> inputs.Create:
    """Raises `Refused`."""
    _check_names(request)
    if len(request.audio_url) > _MAX_URL_CHARS:
        raise Refused("settings_invalid", f"audio.url has at most {_MAX_URL_CHARS} characters.")
    filled = rpc.ProjectSettings()
    filled.CopyFrom(request.defaults)
    filled.MergeFrom(request.settings)
    return inputs.Create(
        project_id=project_id,
        tenant_id=request.caller.tenant_id,
        user_id=request.caller.user_id,
        settings=settings(filled),
        script=script(filled),
        client_reference=request.client_reference,
        labels=dict(request.labels),
        autostart=request.autostart if request.HasField("autostart") else True,
        audio_url=request.audio_url,
        consent=consent(request.consent) if request.HasField("consent") else None,
        required_terms=request.required_terms,
    )


def consent(given: rpc.Consent) -> Consent:
    """Raises `Refused`: settings_invalid."""
    if not 1 <= len(given.terms_version) <= _MAX_TERMS_CHARS:
        raise Refused("settings_invalid", f"consent.terms_version has 1 to {_MAX_TERMS_CHARS} characters.")
    return Consent(given.terms_version, given.accepted_at.ToNanoseconds() / 1e9)


def copy(request: rpc.CopyProjectRequest, project_id: str) -> inputs.Copy:
    """Raises `Refused`."""
    _check_names(request)
    changed = frozenset(request.changed.paths)
    for name in sorted(changed.difference(_COPIED_OTHERWISE)):
        raise Refused("settings_invalid", f"A copy has the same {name} always.")
    return inputs.Copy(
        project_id=project_id,
        settings=settings(request.settings),
        changed=changed,
        client_reference=request.client_reference,
        labels=dict(request.labels),
        autostart=request.autostart if request.HasField("autostart") else True,
        consent=consent(request.consent) if request.HasField("consent") else None,
        required_terms=request.required_terms,
    )


def _check_names(request: rpc.CreateProjectRequest | rpc.CopyProjectRequest) -> None:
    if not request.caller.tenant_id or not request.caller.user_id:
        raise Refused("settings_invalid", "A project needs a tenant and a user.")
    if len(request.client_reference) > _MAX_REFERENCE_CHARS:
        raise Refused("settings_invalid", f"client_reference has at most {_MAX_REFERENCE_CHARS} characters.")
    texts = [*request.labels.keys(), *request.labels.values()]
    if len(request.labels) > _MAX_LABELS or any(len(text) > _MAX_LABEL_CHARS for text in texts):
        raise Refused("settings_invalid", f"At most {_MAX_LABELS} labels of {_MAX_LABEL_CHARS} characters.")


def settings(asked: rpc.ProjectSettings) -> ProjectSettings:
    """Raises `Refused`: settings_invalid."""
    for sentence in _settings_problems(asked):
        raise Refused("settings_invalid", sentence)
    return ProjectSettings(
        title=asked.title,
        target_duration_s=asked.target_duration_s,
        review=_review(asked.review),
        caption_style=asked.caption_style or asked.render.caption_style or _DEFAULTS.caption_style,
        look=asked.look or _DEFAULTS.look,
        direction=asked.direction,
        language=asked.language or _DEFAULTS.language,
        budget_usd=asked.budget_usd if asked.HasField("budget_usd") else _DEFAULTS.budget_usd,
        lowest_rung=asked.lowest_rung or RUNG_STILL,
        aspect=asked.aspect or _DEFAULTS.aspect,
        render=asked.render,
        brand=asked.brand,
    )


def _settings_problems(asked: rpc.ProjectSettings) -> Iterator[str]:
    target_s = asked.target_duration_s
    if target_s and not _SHORTEST_TARGET_S <= target_s <= _LONGEST_TARGET_S:
        yield f"target_duration_s lies between {_SHORTEST_TARGET_S:g} and {_LONGEST_TARGET_S:g}."
    if asked.aspect and asked.aspect not in _ASPECTS:
        yield f"aspect is one of {', '.join(_ASPECTS)}."
    if asked.HasField("budget_usd") and not 0 <= asked.budget_usd < float("inf"):
        yield "budget_usd is a number of dollars, from 0."
    if len(asked.title) > _MAX_TITLE_CHARS or len(asked.direction) > _MAX_DIRECTION_CHARS:
        yield f"A title has at most {_MAX_TITLE_CHARS} characters, a direction {_MAX_DIRECTION_CHARS}."
    if asked.lowest_rung not in Rung.values():
        yield "lowest_rung is none that this version knows."


def _review(asked: rpc.Review.ValueType) -> Review:
    if asked == rpc.REVIEW_UNSPECIFIED:
        return _DEFAULTS.review
    return Review[rpc.Review.Name(asked).removeprefix("REVIEW_")]


def script(asked: rpc.ProjectSettings) -> GivenText | None:
    """The given text, if one was given. Raises `Refused`: settings_invalid."""
    return checked_script(asked.script) if asked.HasField("script") else None


def checked_script(text: GivenText) -> GivenText:
    if len(text.text.encode()) > MAX_SCRIPT_BYTES:
        raise Refused("settings_invalid", f"A script has at most {MAX_SCRIPT_BYTES // 1000} KB.")
    return text


def audio(blob: BlobRef, project_id: str) -> BlobRef:
    """Raises `Refused`: audio_invalid. A project's recording lies in its own folder."""
    if not blob.key.startswith(f"audio-projects/{project_id}/") or not blob.sha256 or blob.size_bytes <= 0:
        raise Refused("audio_invalid")
    return blob


def transcript(edited: Transcript) -> Transcript:
    """Raises `Refused`: transcript_invalid."""
    if not 1 <= len(edited.words) <= MAX_WORDS:
        raise Refused("transcript_invalid", f"A transcript has 1 to {MAX_WORDS} words.")
    if sum(len(word.text.encode()) for word in edited.words) > MAX_SCRIPT_BYTES:
        raise Refused("transcript_invalid", f"The words of a transcript have at most {MAX_SCRIPT_BYTES // 1000} KB.")
    last_s = 0.0
    for number, word in enumerate(edited.words, start=1):
        if not last_s <= word.start_s <= word.end_s or not word.text.strip():
            raise Refused("transcript_invalid", f"Word {number} is empty, or not after the one before it.")
        last_s = word.start_s
    return edited


def stage(asked: rpc.Stage.ValueType) -> Stage:
    """Raises `Refused`: settings_invalid."""
    if asked not in rpc.Stage.values() or asked in (rpc.STAGE_UNSPECIFIED, rpc.STAGE_FETCH):
        raise Refused("settings_invalid", "The stage is none that this version knows.")
    return Stage[rpc.Stage.Name(asked).removeprefix("STAGE_")]
