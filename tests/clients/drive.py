"""The whole way to a video, by the client that openapi-python-client generates: every body and answer is typed.

python drive.py ADDRESS RECORDING TEXT
"""

import json
import sys
import time
from pathlib import Path
from typing import TypeVar

import httpx
from reelwright_api import AuthenticatedClient
from reelwright_api.api.projects import create_project, delete_project, get_project
from reelwright_api.api.scenes import approve_scenes, edit_scene, get_scenes
from reelwright_api.api.transcript import approve_transcript, edit_transcript, get_transcript
from reelwright_api.api.uploads import put_audio
from reelwright_api.models import (
    NewProject,
    NewProjectReview,
    Problem,
    Project,
    ProjectState,
    ScenePatch,
    TranscriptEdit,
)
from reelwright_api.types import File

T = TypeVar("T")

LOOK_S = 0.2
WORD = "luminous"


def taken(answer: T | Problem | None) -> T:
    assert answer is not None
    assert not isinstance(answer, Problem), answer
    return answer


def until(client: AuthenticatedClient, project_id: str, state: ProjectState) -> Project:
    while True:
        project = taken(get_project.sync(project_id, client=client))
        assert project.state != ProjectState.FAILED, project.failure
        if project.state == state:
            return project
        time.sleep(LOOK_S)


def edit_words(client: AuthenticatedClient, project_id: str) -> int:
    """Changes the second word, and tells where in the text it then stands."""
    words = [word.text for word in taken(get_transcript.sync(project_id, client=client)).words]
    edit = TranscriptEdit(text=" ".join([words[0], WORD, *words[2:]]))
    taken(edit_transcript.sync(project_id, client=client, body=edit))
    taken(approve_transcript.sync(project_id, client=client))
    return [word.text for word in taken(get_transcript.sync(project_id, client=client)).words].index(WORD)


def edit_first_scene(client: AuthenticatedClient, project_id: str) -> str:
    first = taken(get_scenes.sync(project_id, client=client)).scenes[0]
    patch = ScenePatch(prompt="A calm lake at dawn.")
    taken(edit_scene.sync(project_id, first.id, client=client, body=patch))
    taken(approve_scenes.sync(project_id, client=client))
    return str(taken(get_scenes.sync(project_id, client=client)).scenes[0].prompt)


def main(address: str, recording: str, script: str) -> None:
    # `serve` on one's own machine asks nobody who they are, so that any token will do.
    client = AuthenticatedClient(address, token="anybody", timeout=httpx.Timeout(60))
    wanted = NewProject(script=script, review=NewProjectReview.BOTH, target_duration_s=30)
    project_id = taken(create_project.sync(client=client, body=wanted)).id
    with Path(recording).open("rb") as audio:
        taken(put_audio.sync(project_id, client=client, body=File(audio)))
    until(client, project_id, ProjectState.TRANSCRIBED)
    word = edit_words(client, project_id)
    until(client, project_id, ProjectState.PLANNED)
    prompt = edit_first_scene(client, project_id)
    done = until(client, project_id, ProjectState.COMPLETED)
    assert done.video is not None
    part = httpx.get(done.video.video.url, headers={"Range": "bytes=0-11"})
    removed = delete_project.sync_detailed(project_id, client=client)
    said = {"word": word, "prompt": prompt, "state": done.state, "range": part.status_code}
    print(json.dumps({**said, "brand": part.content[4:8].decode(), "removed": removed.status_code}))  # noqa: T201


if __name__ == "__main__":
    main(*sys.argv[1:])
