"""`NAME.plan.yaml`: the scene plan as a file that people edit, written with comments."""

import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import YAMLError
from ruamel.yaml.scalarstring import FoldedScalarString

from reelwright.events.v1 import media_pb2
from reelwright.events.v1.media_pb2 import Scene, ScenePlan, Span
from reelwright_standalone.errors import InputError

Second = Annotated[float, Field(ge=0, le=600)]

_HEAD = """\
# What the video is made of. Edit it and run again:
#
#     {command}
#
# Only what you change is made again. In each scene:
#
#   audio       which seconds of the recording are heard: [[from, to], ...]
#   kind        clip or still
#   prompt      what is to be seen
#   transition  how the scene begins: cut, fade, slide, wipe or zoom
#   look        a look for drawn pictures (reelwright styles), or auto
#   asset       a picture or clip of your own instead of a made one: my-picture.jpg
#
# text is for you to know the place; captions come from the transcript.

"""


class SceneEntry(BaseModel):
    """One scene as it stands in the file."""

    model_config = ConfigDict(extra="forbid")

    id: str = ""
    text: str = ""
    audio: Annotated[list[tuple[Second, Second]], Field(min_length=1, max_length=12)]
    kind: Literal["clip", "still"] = "clip"
    prompt: Annotated[str, Field(max_length=2500)] = ""
    transition: Literal["cut", "fade", "slide", "wipe", "zoom"] = "fade"
    look: str = "auto"
    asset: str = ""


class PlanEntry(BaseModel):
    """The whole file."""

    model_config = ConfigDict(extra="forbid")

    job: str = ""
    title: str = ""
    caption_style: str = ""
    hashtags: list[str] = Field(default_factory=list)
    hooks: list[str] = Field(default_factory=list)
    theme: str = ""
    audience: str = ""
    scenes: Annotated[list[SceneEntry], Field(min_length=1, max_length=12)]


@dataclass(frozen=True, slots=True)
class PlanFile:
    """What a plan file says: its job, the style, the plan, and the user's own files by scene index."""

    job: str
    caption_style: str
    plan: ScenePlan
    own_assets: dict[int, Path]


def write_plan(path: Path, plan: ScenePlan, *, job: str, caption_style: str, command: str, own: dict[int, str]) -> None:
    """Write the plan with its comments. `command` makes the video of it; `own` are the user's files by scene."""
    document = CommentedMap(
        job=job,
        title=plan.title,
        caption_style=caption_style,
        hashtags=_flow(plan.hashtags),
        hooks=list(plan.hooks),
        theme=plan.theme,
        audience=plan.audience,
        scenes=[_scene_map(scene, own.get(scene.index, "")) for scene in plan.scenes],
    )
    document.yaml_add_eol_comment("which of your projects this belongs to: leave it", "job")
    buffer = io.StringIO(_HEAD.format(command=command))
    buffer.seek(0, io.SEEK_END)
    _yaml().dump(document, buffer)
    path.write_text(buffer.getvalue(), encoding="utf-8")


def _scene_map(scene: Scene, own: str) -> CommentedMap:
    entry = CommentedMap(
        id=scene.scene_id,
        text=FoldedScalarString(scene.text),
        audio=_flow([_flow([round(s.start_s, 3), round(s.end_s, 3)]) for s in scene.audio]),
        kind="still" if scene.kind == media_pb2.ASSET_KIND_STILL else "clip",
        prompt=FoldedScalarString(scene.visual_prompt),
        transition=media_pb2.Transition.Name(scene.transition).removeprefix("TRANSITION_").lower(),
        look=scene.look or "auto",
    )
    if own:
        entry["asset"] = own
    return entry


def read_plan(path: Path) -> PlanFile:
    """Parse and check. Raises `InputError` that names the file, the line or field, and the remedy."""
    try:
        data = YAML(typ="safe").load(path.read_text(encoding="utf-8"))
        entry = PlanEntry.model_validate(data)
    except UnicodeDecodeError as error:
        raise InputError(f"{path}: this is not a text in UTF-8; save it as UTF-8.") from error
    except YAMLError as error:
        raise InputError(f"{path}: not valid YAML: {_first_line(error)}; mend it or make a new plan.") from error
    except ValidationError as error:
        raise InputError(f"{path}: {_complaint(error)}") from error
    return PlanFile(entry.job, entry.caption_style, _plan(path, entry), _own_assets(path, entry))


def _plan(path: Path, entry: PlanEntry) -> ScenePlan:
    plan = ScenePlan(
        title=entry.title,
        hashtags=[tag.lstrip("#") for tag in entry.hashtags],
        hooks=entry.hooks,
        theme=entry.theme,
        audience=entry.audience,
        planner="given",
    )
    start_s = 0.0
    for index, item in enumerate(entry.scenes):
        scene = _scene(path, index, item)
        scene.start_s = start_s
        start_s += scene.duration_s
        plan.scenes.append(scene)
    plan.duration_s = start_s
    return plan


def _scene(path: Path, index: int, item: SceneEntry) -> Scene:
    if any(end <= start for start, end in item.audio):
        raise InputError(f"{path}: scenes[{index}].audio: each pair is [start, end] with start before end.")
    if not item.prompt.strip() and not item.asset:
        raise InputError(f"{path}: scenes[{index}].prompt is empty; describe the picture, or name your own by asset.")
    return Scene(
        scene_id=item.id,
        index=index,
        audio=[Span(start_s=start, end_s=end) for start, end in item.audio],
        duration_s=sum(end - start for start, end in item.audio),
        text=item.text.strip(),
        kind=media_pb2.ASSET_KIND_STILL if item.kind == "still" else media_pb2.ASSET_KIND_CLIP,
        visual_prompt=item.prompt.strip(),
        transition=media_pb2.Transition.Value(f"TRANSITION_{item.transition.upper()}"),
        look=item.look,
    )


def _own_assets(path: Path, entry: PlanEntry) -> dict[int, Path]:
    found = {}
    for index, item in enumerate(entry.scenes):
        if not item.asset:
            continue
        own = (path.parent / item.asset).expanduser()
        if not own.is_file():
            raise InputError(
                f"{path}: scenes[{index}].asset {item.asset!r} is not a file beside the plan; check the path."
            )
        found[index] = own
    return found


def _complaint(error: ValidationError) -> str:
    first = error.errors()[0]
    place = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in first["loc"]).lstrip(".")
    return f"{place or 'the file'}: {first['msg'].lower()}."


def _first_line(error: YAMLError) -> str:
    mark = getattr(error, "problem_mark", None)
    problem = getattr(error, "problem", None) or "it cannot be read"
    return f"line {mark.line + 1}: {problem}" if mark is not None else problem


def _flow(items: Sequence[object]) -> CommentedSeq:
    sequence = CommentedSeq(items)
    sequence.fa.set_flow_style()
    return sequence


def _yaml() -> YAML:
    yaml = YAML()
    yaml.width = 100
    yaml.indent(mapping=2, sequence=4, offset=2)
    yaml.allow_unicode = True
    return yaml
