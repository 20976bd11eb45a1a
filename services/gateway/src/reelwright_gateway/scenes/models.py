"""Scenes as the API tells and takes them."""

from typing import Annotated, Literal

from pydantic import AfterValidator, Field

from reelwright_chassis.choices import LOOKS
from reelwright_gateway.projects.models import one_of
from reelwright_gateway.schema import Body, Model, Note

Kind = Annotated[
    Literal["clip", "still", "card"], Field(description="A moving clip, a still with slow motion, or a text card.")
]
Transition = Annotated[
    Literal["cut", "fade", "slide", "wipe", "zoom"], Field(description="How the scene is entered from the one before.")
]
Prompt = Annotated[
    str, Field(max_length=2_500, description="What its picture shows.", examples=["A calm lake at dawn, mist over it."])
]
SceneLook = Annotated[
    str,
    AfterValidator(one_of(LOOKS)),
    Field(
        description="How a drawn picture looks; auto suits its words.",
        examples=["auto"],
        json_schema_extra={"enum": list(LOOKS)},
    ),
]
Name = Annotated[str, Field(min_length=1, max_length=64, pattern=r"^[A-Za-z0-9._-]+$")]


class Passage(Body):
    """A stretch of the recording that is heard."""

    start_s: float = Field(ge=0, description="From, in seconds of the recording.", examples=[12.3])
    end_s: float = Field(ge=0, description="To, exclusive.", examples=[17.9])


class Scene(Model):
    """One scene: what is heard, and what is shown meanwhile."""

    id: str = Field(description="Stays over edits.", examples=["scene-3"])
    index: int = Field(description="Its place, from 0.", examples=[2])
    passages: list[Passage] = Field(description="What of the recording is heard, in playing order.")
    start_s: float = Field(description="Where it begins in the video.", examples=[10.0])
    duration_s: float = Field(description="How long it lasts.", examples=[5.6])
    text: str = Field(description="The words that are heard.", examples=["Hold a glass of water."])
    kind: Kind
    prompt: Prompt
    transition: Transition
    look: str = Field(description="How a drawn picture looks.", examples=["auto"])
    own_picture: bool = Field(description="It shows a picture of your own.", examples=[False])
    asset_id: str | None = Field(description="What it shows now; null while there is nothing.", examples=["asset-9f86"])
    notes: list[Note] = Field(description="What to know about it.")


class Scenes(Model):
    """The plan of the video."""

    revision: int = Field(description="Counts the versions.", examples=[1])
    title: str = Field(description="The video's title.", examples=["Why we sleep"])
    hashtags: list[str] = Field(description="Without #.", examples=[["sleep", "health"]])
    hooks: list[str] = Field(
        description="Opening lines to choose from.", examples=[["You sleep a third of your life."]]
    )
    theme: str = Field(description="What it is about.", examples=["sleep"])
    audience: str = Field(description="For whom it is.", examples=["everybody"])
    duration_s: float = Field(description="The video's length.", examples=[44.8])
    planner: str = Field(description="Who made it; given: you did.", examples=["extractive"])
    scenes: list[Scene] = Field(description="In order.")
    notes: list[Note] = Field(description="What to know about the plan.")


class EditedScene(Body):
    """A scene of an edited plan. One with the id of a scene that exists takes over what is left out."""

    id: Name | None = Field(None, description="Of the scene that it is; left out: a new one.", examples=["scene-3"])
    passages: list[Passage] | None = Field(
        None, min_length=1, max_length=50, description="What is heard; a new scene needs some."
    )
    kind: Kind | None = None
    prompt: Prompt | None = None
    transition: Transition | None = None
    look: SceneLook | None = None
    own_picture: Literal[False] | None = Field(None, description="false: no longer show a picture of your own.")


class ScenesEdit(Body):
    """All scenes in their order: those that are left out are gone."""

    title: str | None = Field(None, max_length=200, description="The video's title.", examples=["Why we sleep"])
    scenes: list[EditedScene] = Field(min_length=1, max_length=12, description="All scenes, in order.")


class ScenePatch(Body):
    """One scene, otherwise. What is left out stays."""

    passages: list[Passage] | None = Field(None, min_length=1, max_length=50, description="What is heard.")
    kind: Kind | None = None
    prompt: Prompt | None = None
    transition: Transition | None = None
    look: SceneLook | None = None
    own_picture: Literal[False] | None = Field(None, description="false: no longer show a picture of your own.")


class RewriteWish(Body):
    """What should be different."""

    wish: str = Field("", max_length=1_000, description="In your words; may be empty.", examples=["more hopeful"])


class Rewritten(Model):
    """Another prompt. It is not stored: PATCH the scene with it if you like it."""

    prompt: Prompt
