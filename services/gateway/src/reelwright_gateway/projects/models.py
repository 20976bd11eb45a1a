"""Projects as the API tells and takes them."""

from collections.abc import Callable, Mapping
from typing import Annotated

from pydantic import AfterValidator, Field

from reelwright_chassis.choices import CAPTION_STYLES, LOOKS
from reelwright_gateway.schema import (
    Aspect,
    Body,
    Link,
    Model,
    Moment,
    Note,
    ProjectId,
    Review,
    Rung,
    Stage,
    State,
    WaitingOn,
)


def one_of(choices: Mapping[str, str]) -> Callable[[str], str]:
    """A validator: the name must be one of these."""

    def check(name: str) -> str:
        if name not in choices:
            raise ValueError(f"it is one of: {', '.join(choices)}")
        return name

    return check


Title = Annotated[
    str,
    Field(max_length=200, description="The video's title; empty: found in what is said.", examples=["Why we sleep"]),
]
Duration = Annotated[
    float | None,
    Field(
        ge=30,
        le=60,
        description="How long the video shall be, in seconds. null: the whole recording up to 60 s, "
        "otherwise 45. Never longer than the recording.",
        examples=[45],
    ),
]
ReviewField = Annotated[
    Review, Field(description="Where the run stops until you approve: at the words, the scenes, both, or nowhere.")
]
CaptionStyle = Annotated[
    str,
    AfterValidator(one_of(CAPTION_STYLES)),
    Field(
        max_length=64,
        description="How captions look; GET /v1/capabilities lists them.",
        examples=["highlight"],
        json_schema_extra={"enum": list(CAPTION_STYLES)},
    ),
]
Look = Annotated[
    str,
    AfterValidator(one_of(LOOKS)),
    Field(
        max_length=64,
        description="How drawn pictures look; auto suits each scene's words.",
        examples=["auto"],
        json_schema_extra={"enum": list(LOOKS)},
    ),
]
Direction = Annotated[
    str,
    Field(max_length=1_000, description="Free words on how the pictures should look.", examples=["warm evening light"]),
]
Language = Annotated[
    str,
    Field(
        max_length=35,
        description="The spoken language as BCP 47, or auto.",
        examples=["en"],
        pattern=r"^[A-Za-z0-9-]+$",
    ),
]
Budget = Annotated[
    float,
    Field(ge=0, le=1_000_000, description="The most that pictures may cost, in US dollars.", examples=[2.0]),
]
LowestRung = Annotated[
    Rung, Field(description="The least that a scene may fall back to when its picture cannot be made as planned.")
]
AspectField = Annotated[Aspect, Field(description="Width to height.")]
Script = Annotated[
    str,
    Field(
        max_length=200_000,
        description="The spoken text, if you have it: it is aligned to the recording instead of guessed.",
        examples=["Sleep is not idle time. ..."],
    ),
]
Labels = Annotated[
    dict[Annotated[str, Field(min_length=1, max_length=128)], Annotated[str, Field(max_length=128)]],
    Field(max_length=32, description="Your own labels; lists can ask for them.", examples=[{"campaign": "autumn"}]),
]
Reference = Annotated[
    str, Field(max_length=256, description="Your own name for the project; lists can ask for it.", examples=["talk-17"])
]


class AudioSource(Body):
    """A recording that lies elsewhere."""

    url: str = Field(
        min_length=1,
        max_length=2_000,
        description="Where we fetch it: https, on the public internet, answered without a redirect.",
        examples=["https://files.example.com/talk.mp3?signature=..."],
    )


class Consent(Body):
    """That its user agreed to your terms."""

    terms_version: str = Field(
        min_length=1, max_length=64, description="Which version of the terms.", examples=["2026-11"]
    )
    accepted_at: Moment | None = Field(
        None, description="When its user agreed; null: now.", examples=["2026-11-26T16:57:00Z"]
    )


class NewProject(Body):
    """A new project. Everything has a default."""

    title: Title = ""
    target_duration_s: Duration = None
    review: ReviewField = "none"
    caption_style: CaptionStyle = "highlight"
    look: Look = "auto"
    direction: Direction = ""
    language: Language = "auto"
    budget_usd: Budget | None = None
    lowest_rung: LowestRung = "still"
    aspect: AspectField = "9:16"
    script: Script | None = None
    client_reference: Reference = ""
    labels: Labels = Field(default_factory=dict)
    consent: Consent | None = Field(
        None, description="Recorded with the project; some tenants require it, and then this version of the terms."
    )
    audio: AudioSource | None = Field(
        None, description="Where the recording is fetched, instead of uploaded; null: you will upload it."
    )
    autostart: bool = Field(True, description="Whether a complete upload starts the run.", examples=[True])


class ProjectCopy(Body):
    """What is to be otherwise. What pictures are made from (look, direction, aspect, language) stays as it was."""

    title: Title | None = None
    target_duration_s: Duration = Field(
        None,
        ge=30,
        le=60,
        description="Another length, in seconds; null: as it was. The scenes are planned anew for it.",
        examples=[30],
    )
    review: ReviewField | None = None
    caption_style: CaptionStyle | None = None
    budget_usd: Budget | None = None
    lowest_rung: LowestRung | None = None
    client_reference: Reference = ""
    labels: Labels = Field(default_factory=dict)
    autostart: bool = Field(True, description="Whether the run starts at once.", examples=[True])
    consent: Consent | None = Field(None, description="null: that of the project that is copied.")


class ProjectPatch(Body):
    """Other settings. What is left out stays; nothing is made by it, but `stale` then says what no longer fits."""

    title: Title | None = None
    target_duration_s: Duration = None
    review: ReviewField | None = None
    caption_style: CaptionStyle | None = None
    look: Look | None = None
    direction: Direction | None = None
    language: Language | None = None
    budget_usd: Budget | None = None
    lowest_rung: LowestRung | None = None
    aspect: AspectField | None = None
    script: Script | None = None


class Settings(Model):
    """What the video is made to, defaults filled in."""

    title: str = Field(description="The video's title; empty: found in what is said.", examples=["Why we sleep"])
    target_duration_s: float | None = Field(
        description="How long the video shall be, in seconds; null: by the recording.", examples=[45]
    )
    review: ReviewField
    caption_style: str = Field(description="How captions look.", examples=["highlight"])
    look: str = Field(description="How drawn pictures look.", examples=["auto"])
    direction: str = Field(description="Free words on the pictures.", examples=["warm evening light"])
    language: str = Field(description="The spoken language, or auto.", examples=["auto"])
    budget_usd: float = Field(description="The most that pictures may cost, in US dollars.", examples=[2.0])
    lowest_rung: LowestRung
    aspect: AspectField


class ProgressNow(Model):
    """How far the project is in all."""

    stage: Stage | None = Field(
        description="The stage that runs, comes next, or failed; null: none.", examples=["render"]
    )
    percent: float = Field(ge=0, le=100, description="Of the whole way to the video.", examples=[61.5])
    eta_at: Moment | None = Field(
        description="When it is expected to be done, by the pace so far; null while nobody can tell.",
        examples=["2026-11-26T17:02:30Z"],
    )


class Failure(Model):
    """Why a project failed, and what can be done."""

    stage: Stage = Field(description="Where.", examples=["transcription"])
    code: str = Field(description="The reason code; docs/errors.md lists them all.", examples=["audio_silent"])
    message: str = Field(description="What happened, for people.", examples=["The recording is silent."])
    remedy: str = Field(description="What to do.", examples=["Check the microphone and record again."])
    retryable: bool = Field(description="Whether POST .../retry may help.", examples=[False])
    charged: bool = Field(description="Whether money may have been spent.", examples=[False])


class SceneOutcome(Model):
    """What one scene shows."""

    scene_id: str = Field(description="The scene.", examples=["scene-3"])
    index: int = Field(description="Its place, from 0.", examples=[2])
    asset_id: str | None = Field(description="Its picture or clip; null while there is none.", examples=["asset-9f86"])
    kind: str = Field(description="clip, still or card.", examples=["clip"])
    rung: Rung | None = Field(description="planned, or what it fell back to.", examples=["planned"])
    provider: str | None = Field(description="Who made it: kling, sim or user.", examples=["kling"])
    simulated: bool = Field(description="Drawn by the built-in simulator.", examples=[False])
    cost_usd: float = Field(description="What it cost.", examples=[0.42])


class Audio(Model):
    """The recording that was uploaded."""

    sha256: str = Field(description="Of its bytes, in hex.", examples=["9f86d081884c7d659a2feaa0c55ad015"])
    size_bytes: int = Field(description="Its size.", examples=[960_000])
    content_type: str = Field(description="What it is, by its bytes.", examples=["audio/mpeg"])


class Video(Model):
    """The finished video and what belongs to it."""

    video: Link = Field(description="The MP4: H.264, AAC, 1080x1920 unless asked otherwise.")
    captions_srt: Link | None = Field(None, description="The captions as SubRip.")
    captions_vtt: Link | None = Field(None, description="The captions as WebVTT.")
    poster: Link | None = Field(None, description="One frame as JPEG.")
    timeline: Link | None = Field(None, description="The cut, as OpenTimelineIO.")
    duration_s: float = Field(description="Its length.", examples=[44.8])
    width_px: int = Field(description="Its width.", examples=[1080])
    height_px: int = Field(description="Its height.", examples=[1920])
    fps: float = Field(description="Frames per second.", examples=[30.0])


class ProjectSummary(Model):
    """A project as lists have it."""

    id: ProjectId
    user_id: str = Field(description="Whose project it is.", examples=["7c9e6679"])
    version: int = Field(description="Grows with every change; also the ETag.", examples=[17])
    title: str = Field(description="The title that was asked for; may be empty.", examples=["Why we sleep"])
    state: State = Field(description="Where it is; docs/states.md explains them.", examples=["completed"])
    progress: ProgressNow
    waiting_on: WaitingOn = Field(description="What it waits for.", examples=["nothing"])
    waiting_since: Moment = Field(description="Since when.", examples=["2026-11-26T17:00:00Z"])
    next_attempt_at: Moment | None = Field(
        description="When something is tried again by itself.", examples=["2026-11-26T17:05:00Z"]
    )
    quality: str | None = Field(
        description="Once completed: full, or degraded when a scene got less than was planned.", examples=["full"]
    )
    warnings: list[Note] = Field(description="What to know about the results.", examples=[[]])
    failure: Failure | None = Field(description="Why it failed, if it did.", examples=[None])
    cost_usd: float = Field(description="What was spent so far.", examples=[0.84])
    stale: list[Stage] = Field(
        description="Stages whose results no longer fit what was edited since.", examples=[["render"]]
    )
    client_reference: str = Field(description="Your own name for it.", examples=["talk-17"])
    labels: dict[str, str] = Field(description="Your own labels.", examples=[{"campaign": "autumn"}])
    created_at: Moment = Field(description="When it was made.", examples=["2026-11-26T16:58:00Z"])
    updated_at: Moment = Field(description="When it changed last.", examples=["2026-11-26T17:00:00Z"])
    poster: Link | None = Field(description="One frame of the video, once there is one.")


class Estimate(Model):
    """What a command begins, as far as it is known before."""

    cost_usd_at_most: float = Field(description="What pictures may cost at most from now on.", examples=[1.26])
    stages: list[Stage] = Field(description="The stages that run, up to the next gate.", examples=[["asset", "render"]])
    assets: int = Field(
        description="Pictures that are asked for now; those of scenes that are yet to be planned are not counted.",
        examples=[3],
    )


class RecordedConsent(Model):
    """That its user agreed to the terms."""

    terms_version: str = Field(description="Which version of the terms.", examples=["2026-11"])
    accepted_at: Moment = Field(description="When.", examples=["2026-11-26T16:57:00Z"])


class Project(ProjectSummary):
    """A project."""

    settings: Settings = Field(description="What the video is made to.")
    audio: Audio | None = Field(description="The recording, once it is uploaded.")
    transcript_revision: int = Field(description="Counts the versions of the words; 0: none yet.", examples=[1])
    scenes_revision: int = Field(description="Counts the versions of the scenes; 0: none yet.", examples=[1])
    scenes: list[SceneOutcome] = Field(description="What each scene shows, in order.")
    video: Video | None = Field(description="The video, once there is one.")
    consent: RecordedConsent | None = Field(None, description="What its user agreed to, as it was recorded.")
    estimate: Estimate | None = Field(
        None, description="In answers to commands: what this one begins.", examples=[None]
    )


class UploadInfo(Model):
    """How the recording gets here."""

    method: str = Field("PUT", description="The method.", examples=["PUT"])
    url: str = Field(
        description="Where to send the file's bytes, as the request's body.",
        examples=["https://api.example.com/v1/projects/01JD9ZQ1S7M4V0F5X8C2K3N6PB/audio"],
    )
    parts_url: str = Field(
        description="Or POST `size_bytes` here, to send it in parts that can be resumed.",
        examples=["https://api.example.com/v1/projects/01JD9ZQ1S7M4V0F5X8C2K3N6PB/uploads"],
    )
    max_bytes: int = Field(description="The largest that is taken.", examples=[100_000_000])
    formats: list[str] = Field(description="What is taken, by its bytes.", examples=[["mp3", "wav", "m4a"]])


class CreatedProject(Project):
    """A new project, and where its recording goes."""

    upload: UploadInfo


class ProjectPage(Model):
    """A page of projects, the newest first."""

    items: list[ProjectSummary] = Field(description="The projects.")
    next_cursor: str | None = Field(
        description="For the next page, as ?cursor=; null: this was the last.", examples=["MDFKRDlaUTFTN00"]
    )


class HistoryEntry(Model):
    """One attempt at a piece of work, or one command."""

    outcome: str = Field(
        description="begun, done, failed, lost, stalled, canceled, deleted, superseded, or a command's name.",
        examples=["done"],
    )
    stage: Stage | None = Field(description="Of which stage.", examples=["render"])
    request_id: str | None = Field(description="Which work, for attempts.", examples=["render-9f86"])
    attempt: int | None = Field(description="Which attempt at it, from 1.", examples=[1])
    started_at: Moment = Field(description="When it began.", examples=["2026-11-26T16:59:00Z"])
    ended_at: Moment | None = Field(
        description="When it ended; null: it goes on, or is a command.", examples=["2026-11-26T17:00:00Z"]
    )
    reason_code: str | None = Field(description="Why it failed, if it did.", examples=["kling_busy"])
    trace_id: str | None = Field(
        description="Its trace, for whoever operates this.", examples=["4bf92f3577b34da6a3ce929d0e0e4736"]
    )


class History(Model):
    """What happened, oldest first. The oldest entries of a long life are forgotten."""

    items: list[HistoryEntry] = Field(description="Attempts and commands.")
