"""Clients that published generators make of docs/openapi.json: they typecheck, and go the whole way to a video."""

import json
import re
import shutil
import subprocess
from pathlib import Path

import pytest
from e2e.command import Reelwright
from parts import node
from town.customer import Talk

HERE = Path(__file__).parent
OPENAPI = HERE.parents[1] / "docs/openapi.json"


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


def test_a_typescript_client_typechecks_and_makes_a_video(typescript: Path, tmp_path: Path, short_talk: Talk) -> None:
    run(typescript, "typescript/bin/tsc", "-p", ".")
    served = Reelwright(tmp_path / "home", tmp_path)
    with served.started("serve", "--port", "0", "--offline") as process:
        assert process.stderr is not None
        address = re.search(r"http://[0-9.:]+", process.stderr.readline())
        assert address
        said = run(typescript, "out/drive.js", address[0], str(short_talk.audio), short_talk.script)
    assert json.loads(said) == {
        "words": len(short_talk.script.split()), "state": "completed", "range": 206, "brand": "ftyp", "removed": 204,
    }  # fmt: skip


def test_a_body_that_is_not_documented_does_not_typecheck(typescript: Path) -> None:
    (typescript / "wrong.ts").write_text(
        'import type { components } from "./api.js";\n'
        'export const wrong: components["schemas"]["NewProject"] = { revue: "both" };\n',
        encoding="utf-8",
    )
    with pytest.raises(AssertionError, match="revue"):
        run(typescript, "typescript/bin/tsc", "--noEmit", "--strict", "--module", "nodenext", "wrong.ts")
