"""docs/openapi.json breaks no client of the last release: oasdiff compares it with the one of the last tag."""

import copy
import json
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from parts import oasdiff

ROOT = Path(__file__).parents[2]
PAGE = "docs/openapi.json"
Document = dict[str, Any]


@pytest.fixture(autouse=True)
def _with_oasdiff() -> None:
    if why := oasdiff.missing():
        pytest.skip(why)


def test_it_breaks_no_client_of_the_last_release(tmp_path: Path) -> None:
    if not (ROOT / ".git").exists():
        pytest.skip("these sources came without their history: clone the repository, with its tags")
    assert since_the_last_tag(ROOT, tmp_path) == "", "what clients rely on stays in /v1; a break belongs into /v2"


def _a_route_is_gone(document: Document) -> None:
    del document["paths"]["/v1/projects/{project_id}/retry"]


def _a_field_is_required(document: Document) -> None:
    document["components"]["schemas"]["NewProject"]["required"] = ["title"]


def _a_choice_is_gone(document: Document) -> None:
    document["components"]["schemas"]["NewProject"]["properties"]["review"]["enum"].remove("both")


def _an_answer_lacks_a_field(document: Document) -> None:
    project = document["components"]["schemas"]["Project"]
    del project["properties"]["state"]
    project["required"].remove("state")


@pytest.mark.parametrize("spoil", [_a_route_is_gone, _a_field_is_required, _a_choice_is_gone, _an_answer_lacks_a_field])
def test_a_break_since_the_last_tag_is_found(tmp_path: Path, spoil: Callable[[Document], None]) -> None:
    released = _document()
    repository = _repository(tmp_path, released, tag="v1.0.0")
    spoiled = copy.deepcopy(released)
    spoil(spoiled)
    (repository / PAGE).write_text(json.dumps(spoiled), encoding="utf-8")
    assert "error" in since_the_last_tag(repository, tmp_path)


def test_what_is_added_breaks_nobody(tmp_path: Path) -> None:
    grown = _document()
    earlier = copy.deepcopy(grown)
    del earlier["paths"]["/v1/projects/{project_id}/copy"]
    repository = _repository(tmp_path, earlier, tag="v1.0.0")
    (repository / PAGE).write_text(json.dumps(grown), encoding="utf-8")
    assert since_the_last_tag(repository, tmp_path) == ""


def test_what_only_a_candidate_had_may_go(tmp_path: Path) -> None:
    tried = _document()
    repository = _repository(tmp_path, tried, tag="v1.0.0-rc1")
    released = copy.deepcopy(tried)
    _a_route_is_gone(released)
    (repository / PAGE).write_text(json.dumps(released), encoding="utf-8")
    _git(repository, "commit", "--quiet", "--all", "-m", "release")
    _git(repository, "-c", "tag.gpgsign=false", "tag", "v1.0.0")
    assert since_the_last_tag(repository, tmp_path) == ""


def test_before_the_first_release_nothing_can_break(tmp_path: Path) -> None:
    assert since_the_last_tag(_repository(tmp_path, _document(), tag=None), tmp_path) == ""


def test_a_clone_without_its_tags_is_no_proof(tmp_path: Path) -> None:
    repository = _repository(tmp_path, _document(), tag="v1.0.0")
    _git(repository, "commit", "--quiet", "--allow-empty", "-m", "later")
    shallow = tmp_path / "shallow"
    _git(tmp_path, "clone", "--quiet", "--depth=1", "--no-tags", repository.as_uri(), str(shallow))
    with pytest.raises(RuntimeError, match="fetch --unshallow --tags"):
        since_the_last_tag(shallow, tmp_path)


def since_the_last_tag(repository: Path, folder: Path) -> str:
    """What the document breaks of the last tag's, in oasdiff's words; empty before the first tag.

    Raises RuntimeError in a shallow clone, where a tag that is not seen may be there all the same.
    """
    if _git(repository, "rev-parse", "--is-shallow-repository") == "true":
        raise RuntimeError("tags cannot be seen in a shallow clone: git fetch --unshallow --tags")
    by_version = ("-c", "versionsort.suffix=-")  # a candidate before its release
    tags = _git(repository, *by_version, "tag", "--merged", "HEAD", "--sort=-version:refname", "v*").split()
    if not tags or not _git(repository, "ls-tree", tags[0], PAGE):
        return ""
    released = folder / f"{tags[0]}.json"
    released.write_text(_git(repository, "show", f"{tags[0]}:{PAGE}"), encoding="utf-8")
    return oasdiff.breaks(released, repository / PAGE)


def _document() -> Document:
    return dict(json.loads((ROOT / PAGE).read_text(encoding="utf-8")))


def _repository(folder: Path, document: Document, *, tag: str | None) -> Path:
    repository = folder / "repository"
    (repository / PAGE).parent.mkdir(parents=True)
    (repository / PAGE).write_text(json.dumps(document), encoding="utf-8")
    _git(repository, "init", "--quiet")
    for key, value in {"user.name": "test", "user.email": "test@example.com", "commit.gpgsign": "false"}.items():
        _git(repository, "config", key, value)
    _git(repository, "add", ".")
    _git(repository, "commit", "--quiet", "-m", "first")
    if tag:
        _git(repository, "-c", "tag.gpgsign=false", "tag", tag)
    return repository


def _git(folder: Path, *arguments: str) -> str:
    done = subprocess.run(["git", "-C", str(folder), *arguments], capture_output=True, text=True, check=True)
    return done.stdout.strip()
