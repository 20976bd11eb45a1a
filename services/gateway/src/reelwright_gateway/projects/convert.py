"""Projects between the director's messages and the API's models; once each way."""

from functools import lru_cache
from typing import Any

from google.protobuf.field_mask_pb2 import FieldMask

from reelwright.events.v1 import media_pb2 as media
from reelwright.events.v1.requests_pb2 import GivenText
from reelwright.rpc.v1 import project_pb2 as rpc
from reelwright_gateway.defaults import Defaults
from reelwright_gateway.live.book import ProgressBook, Running
from reelwright_gateway.media.project import Linker
from reelwright_gateway.names import value, word
from reelwright_gateway.progress import Progress, progress, stage_of
from reelwright_gateway.projects import models
from reelwright_gateway.schema import Note
from reelwright_gateway.times import moment, moment_of

_REMEMBERED = 2_048
"""Projects whose summary is kept; a few kilobytes each."""
_REMEMBERED_WHOLE = 512
"""Projects that are kept with their scenes; a few tens of kilobytes each."""


class Telling:
    """Tells projects to one request's client."""

    def __init__(self, linker: Linker, book: ProgressBook, now_s: float) -> None:
        self._linker = linker
        self._book = book
        self._now_s = now_s

    async def project(self, had: rpc.Project) -> models.Project:
        return _lasting_project(had.SerializeToString()).model_copy(update=await self._changing(had))

    async def created(self, had: rpc.Project, upload: models.UploadInfo) -> models.CreatedProject:
        """With a known key it may be well on its way."""
        fields = {**_project_fields(had), **await self._changing(had), "upload": upload}
        return models.CreatedProject.model_validate(fields)

    async def summary(self, had: rpc.Project) -> models.ProjectSummary:
        lasting, running = _lasting_summary(had.SerializeToString()), self._running(had)
        if running is None and not had.HasField("video"):
            return lasting
        changing = {"progress": self._progress(had, running), "poster": await self._linker.part(had, "poster")}
        return lasting.model_copy(update=changing)

    async def _changing(self, had: rpc.Project) -> dict[str, Any]:
        """What does not follow from the message alone."""
        running = self._running(had)
        if running is None and not had.HasField("video"):
            return {}
        video = await self._linker.video(had)
        poster = video.poster if video is not None else None
        return {"progress": self._progress(had, running), "poster": poster, "video": video}

    def _running(self, had: rpc.Project) -> Running | None:
        return self._book.running(had.project_id, stage_of(had) or "")

    def _progress(self, had: rpc.Project, running: Running | None) -> models.ProgressNow:
        return _progress_model(progress(had, running, self._now_s))


@lru_cache(maxsize=_REMEMBERED)
def _lasting_summary(message: bytes) -> models.ProjectSummary:
    """By the very message that the director answered, so that nothing remembered is ever out of date."""
    return models.ProjectSummary.model_validate(_summary_fields(rpc.Project.FromString(message)))


@lru_cache(maxsize=_REMEMBERED_WHOLE)
def _lasting_project(message: bytes) -> models.Project:
    """As `_lasting_summary`, the whole of it."""
    return models.Project.model_validate(_project_fields(rpc.Project.FromString(message)))


def _progress_model(now: Progress) -> models.ProgressNow:
    return models.ProgressNow.model_validate({"stage": now.stage, "percent": now.percent, "eta_at": now.eta_at})


def _project_fields(had: rpc.Project) -> dict[str, Any]:
    """All of a project that follows from the message alone, as in a summary; and not the links to its media."""
    return {
        **_summary_fields(had),
        "settings": _settings(had.settings),
        "audio": _audio(had.audio),
        "transcript_revision": had.transcript_revision,
        "scenes_revision": had.plan_revision,
        "scenes": [_scene(scene) for scene in had.scenes],
        "video": None,
        "consent": _consent(had.consent) if had.HasField("consent") else None,
        "estimate": _estimate(had.estimate) if had.HasField("estimate") else None,
    }


def _summary_fields(had: rpc.Project) -> dict[str, Any]:
    """All of a summary that follows from the message alone: progress as if no job told any, no link to its poster."""
    return {
        "id": had.project_id,
        "user_id": had.user_id,
        "version": had.version,
        "title": had.settings.title,
        "state": word(rpc.State, "STATE", had.state),
        "waiting_on": word(rpc.WaitingOn, "WAITING_ON", had.waiting_on),
        "waiting_since": moment(had.waiting_since),
        "next_attempt_at": moment_of(had, "next_attempt_at"),
        "quality": had.quality or None,
        "warnings": [Note(code=note.code, message=note.message) for note in had.warnings],
        "failure": _failure(had.failure) if had.HasField("failure") else None,
        "cost_usd": had.cost_usd,
        "stale": [word(rpc.Stage, "STAGE", stage) for stage in had.stale],
        "client_reference": had.client_reference,
        "labels": dict(had.labels),
        "created_at": moment(had.created_at),
        "updated_at": moment(had.updated_at),
        "progress": _progress_model(progress(had, None, 0.0)),
        "poster": None,
    }


def _settings(had: rpc.ProjectSettings) -> models.Settings:
    return models.Settings.model_validate(
        {
            "title": had.title,
            "target_duration_s": had.target_duration_s or None,
            "review": word(rpc.Review, "REVIEW", had.review),
            "caption_style": had.caption_style,
            "look": had.look,
            "direction": had.direction,
            "language": had.language,
            "budget_usd": had.budget_usd,
            "lowest_rung": word(media.Rung, "RUNG", had.lowest_rung),
            "aspect": had.aspect,
        }
    )


def _audio(blob: media.BlobRef) -> models.Audio | None:
    if not blob.key:
        return None
    return models.Audio(sha256=blob.sha256, size_bytes=blob.size_bytes, content_type=blob.content_type)


def _consent(had: rpc.Consent) -> models.RecordedConsent:
    return models.RecordedConsent(terms_version=had.terms_version, accepted_at=moment(had.accepted_at))


def _failure(had: rpc.Failure) -> models.Failure:
    return models.Failure.model_validate(
        {
            "stage": word(rpc.Stage, "STAGE", had.stage),
            "code": had.reason_code,
            "message": had.message,
            "remedy": had.remedy,
            "retryable": had.retryable,
            "charged": had.charged,
        }
    )


def _estimate(had: rpc.Estimate) -> models.Estimate:
    return models.Estimate.model_validate(
        {
            "cost_usd_at_most": had.cost_usd_at_most,
            "stages": [word(rpc.Stage, "STAGE", stage) for stage in had.stages],
            "assets": had.assets,
        }
    )


def _scene(had: rpc.SceneOutcome) -> models.SceneOutcome:
    return models.SceneOutcome.model_validate(
        {
            "scene_id": had.scene_id,
            "index": had.index,
            "asset_id": had.asset_id or None,
            "kind": word(media.AssetKind, "ASSET_KIND", had.kind) or "card",
            "rung": word(media.Rung, "RUNG", had.rung),
            "provider": had.provider or None,
            "simulated": had.simulated,
            "cost_usd": had.cost_usd,
        }
    )


def history_entry(had: rpc.HistoryEntry) -> models.HistoryEntry:
    return models.HistoryEntry.model_validate(
        {
            "outcome": had.outcome,
            "stage": word(rpc.Stage, "STAGE", had.stage),
            "request_id": had.request_id or None,
            "attempt": had.attempt or None,
            "started_at": moment(had.started_at),
            "ended_at": moment_of(had, "ended_at"),
            "reason_code": had.reason_code or None,
            "trace_id": had.trace_id or None,
        }
    )


def new_settings(wanted: models.NewProject) -> rpc.ProjectSettings:
    """The settings of a new project, as far as its client named them."""
    settings = rpc.ProjectSettings()
    _merge(
        settings,
        wanted.model_dump(exclude={"client_reference", "labels", "autostart", "audio", "consent"}),
    )
    return settings


def default_settings(defaults: Defaults) -> rpc.ProjectSettings:
    return rpc.ProjectSettings(budget_usd=defaults.budget_usd, render=defaults.render)


def patched_settings(had: rpc.ProjectSettings, patch: models.ProjectPatch) -> rpc.ProjectSettings:
    """The settings with those of the patch that were sent."""
    settings = rpc.ProjectSettings()
    settings.CopyFrom(had)
    sent = patch.model_dump(include=patch.model_fields_set)
    _merge(settings, {name: value for name, value in sent.items() if value is not None or name == "target_duration_s"})
    return settings


def named_settings(wanted: models.ProjectCopy) -> tuple[rpc.ProjectSettings, FieldMask]:
    """Those of a copy that are to be otherwise, and which they are."""
    named = wanted.model_dump(exclude={"client_reference", "labels", "autostart", "consent"}, exclude_none=True)
    settings = rpc.ProjectSettings()
    _merge(settings, named)
    return settings, FieldMask(paths=sorted(named))


def _merge(settings: rpc.ProjectSettings, wanted: dict[str, Any]) -> None:
    for name, sent in wanted.items():
        match name:
            case "review":
                settings.review = value(rpc.Review, "REVIEW", sent)
            case "lowest_rung":
                settings.lowest_rung = value(media.Rung, "RUNG", sent)
            case "script":
                if sent is not None:
                    settings.script.CopyFrom(GivenText(format=GivenText.FORMAT_PLAIN, text=sent))
            case "target_duration_s":
                settings.target_duration_s = sent or 0.0
            case "budget_usd":
                if sent is not None:
                    settings.budget_usd = sent
            case "caption_style":
                settings.caption_style = settings.render.caption_style = sent
            case _:
                setattr(settings, name, sent)
