"""Clients that published generators make of docs/openapi.json: they typecheck, and go the whole way to a video."""

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
from e2e.command import Reelwright
from parts import node
from town.customer import Talk

HERE = Path(__file__).parent
OPENAPI = HERE.parents[1] / "docs/openapi.json"
AT_THE_END = {"state": "completed", "range": 206, "brand": "ftyp", "removed": 204}
STRICT = """[mypy]
strict = True
# The generator's own code shadows names, which mypy takes for errors; what it declares is what we look at.
[mypy-reelwright_api.*]
ignore_errors = True
"""


@pytest.fixture(scope="module")
def typescript(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated types, the program that uses them, and what it needs."""
    if why := node.missing():
        pytest.skip(why)
    folder = tmp_path_factory.mktemp("typescript")
    for name in ("drive.ts", "tsconfig.json"):
        shutil.copy(HERE / name, folder / name)
    (folder / "package.json").write_text('{"type": "module"}', encoding="utf-8")
    (folder / "node_modules").symlink_to(node.modules())
    run(folder, "openapi-typescript/bin/cli.js", str(OPENAPI), "--default-non-nullable=false", "-o", "api.d.ts")
    return folder


def run(folder: Path, program: str, *arguments: str) -> str:
    """What a Node program printed. `program` is a path in node_modules or in the folder."""
    inside = folder / "node_modules" / program
    command = ["node", str(inside if inside.exists() else folder / program), *arguments]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


@contextmanager
def serving(folder: Path) -> Iterator[str]:
    """The address of the API, on this machine alone."""
    with Reelwright(folder / "home", folder).serving() as (_, address):
        yield address


def test_a_typescript_client_typechecks_and_makes_a_video(typescript: Path, tmp_path: Path, short_talk: Talk) -> None:
    run(typescript, "typescript/bin/tsc", "-p", ".")
    with serving(tmp_path) as address:
        said = run(typescript, "out/drive.js", address, str(short_talk.audio), short_talk.script)
    assert json.loads(said) == {
        "words": len(short_talk.script.split()),
        "second": "luminous",
        "kind": "still",
        "followed": True,
        **AT_THE_END,
    }


def test_a_body_that_is_not_documented_does_not_typecheck(typescript: Path) -> None:
    (typescript / "wrong.ts").write_text(
        'import type { components } from "./api.js";\n'
        'export const wrong: components["schemas"]["NewProject"] = { revue: "both" };\n',
        encoding="utf-8",
    )
    with pytest.raises(AssertionError, match="revue"):
        run(typescript, "typescript/bin/tsc", "--noEmit", "--strict", "--module", "nodenext", "wrong.ts")


@pytest.fixture(scope="module")
def python(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the generated package and the program that uses it."""
    folder = tmp_path_factory.mktemp("python")
    shutil.copy(HERE / "drive.py", folder)
    (folder / "mypy.ini").write_text(STRICT, encoding="utf-8")
    generate = ["generate", "--path", str(OPENAPI), "--meta", "none", "--output-path", "reelwright_api"]
    said = python_run(folder, "openapi_python_client", *generate)
    assert not re.search("Traceback|Error", said), said
    return folder


def python_run(folder: Path, module: str, *arguments: str) -> str:
    """What a Python program of this environment said."""
    beside = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"  # the generator calls ruff
    done = subprocess.run(
        [sys.executable, "-m", module, *arguments],
        cwd=folder,
        env={**os.environ, "PATH": beside},
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    return done.stdout


def test_a_python_client_typechecks_and_makes_a_video(python: Path, tmp_path: Path, short_talk: Talk) -> None:
    python_run(python, "mypy", "--config-file", "mypy.ini", "drive.py")
    with serving(tmp_path) as address:
        said = python_run(python, "drive", address, str(short_talk.audio), short_talk.script)
    assert json.loads(said) == {"word": 1, "prompt": "A calm lake at dawn.", **AT_THE_END}


def test_what_is_not_in_the_document_does_not_typecheck(python: Path) -> None:
    (python / "wrong.py").write_text(
        'from reelwright_api.models import NewProject\n\nNewProject(revue="both")\n', encoding="utf-8"
    )
    with pytest.raises(AssertionError, match="revue"):
        python_run(python, "mypy", "--config-file", "mypy.ini", "wrong.py")
