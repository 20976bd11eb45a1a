"""The services' programs, asked by their command lines as a container asks them."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import NamedTuple

SECRET = "0123456789abcdef0123456789abcdef"
"""Long enough for any of them."""

# Loading a service takes seconds, and answering none: one process answers for many.
_ASK_ALL = """
import contextlib, io, json, os, runpy, sys
module, asked = json.load(sys.stdin)
answers = []
for words, env in asked:
    os.environ.clear()
    os.environ.update(env)
    sys.argv = [module, *words]
    code, out, err = 0, io.StringIO(), io.StringIO()
    with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
        try:
            runpy.run_module(module, run_name="__main__")
        except SystemExit as ended:
            code = ended.code or 0
    answers.append((code, out.getvalue(), err.getvalue()))
json.dump(answers, sys.stdout)
"""


class Answer(NamedTuple):
    code: int
    out: str
    err: str


def check_settings(module: str, environments: Sequence[Mapping[str, str]], cwd: Path) -> list[Answer]:
    """What `python -m MODULE --check-settings` says with each of these environments."""
    return _ask(module, [(["--check-settings"], env) for env in environments], cwd)


@cache
def known_variables(module: str) -> frozenset[str]:
    """The environment variables that a service's help names."""
    (answer,) = _ask(module, [(["--help"], {})], Path("/"))
    assert answer.code == 0, answer.err
    return frozenset(re.findall(r"\b[A-Z][A-Z0-9_]{3,}\b", answer.out))


def _ask(module: str, asked: Sequence[tuple[Sequence[str], Mapping[str, str]]], cwd: Path) -> list[Answer]:
    path = {"PATH": os.environ["PATH"]}
    told = json.dumps([module, [(words, path | dict(env)) for words, env in asked]])
    command = [sys.executable, "-c", _ASK_ALL]
    done = subprocess.run(command, input=told, env=path, cwd=cwd, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return [Answer(*each) for each in json.loads(done.stdout)]
