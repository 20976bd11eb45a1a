"""Schemathesis over the whole API: every operation, alone and in sequences, with right and wrong data."""

import json
import os
import re
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

SCHEMATHESIS = Path(sys.executable).with_name("schemathesis")
SECONDS = int(os.environ.get("FUZZ_S", "30"))
"""How long; `make test-api` takes minutes."""

_LEAST_CASES = 50
"""`serve` is asked thousands of times in a few seconds; the services, on two busy cores, a few times a second."""

_CONFIG = """
continue-on-failure = true
max-stream-events = 2
request-timeout = 60.0
request-retries = 0
headers = {{ Authorization = "Bearer {token}" }}

[warnings]
enabled = false

[generation]
no-shrink = true

[dictionaries.projects]
values = {projects}

[parameters]
"path.project_id" = {{ dictionary = "projects", probability = 0.7 }}

[phases.stateful]
max-steps = 6

# What no schema can say of a request: that its cursor was made by us, that its bytes are a recording, that its key was
# not used before, that its If-Match is the version of today. Such answers are documented, and are tested by name.
[checks.positive_data_acceptance]
enabled = false

# RFC 9110 puts If-Match before all else, and one that no version can have fails: 412.
[checks.negative_data_rejection]
expected-statuses = [400, 401, 403, 404, 405, 406, 408, 409, 412, 413, 415, 422, 428, 429]

[checks.not_a_server_error]
expected-statuses = ["2xx", "3xx", "4xx"]

# Projects that are here already are read and edited, but not deleted: the sequences delete their own.
[[operations]]
include-operation-id = "delete_project"
parameters = {{ "path.project_id" = "01JD9ZQ1S7M4V0F5X8C2K3N6PB" }}
"""


@dataclass(frozen=True, slots=True)
class Tried:
    """`said` is what it wrote."""

    code: int
    said: str

    def must_be_clean(self) -> None:
        assert self.code == 0, self.said
        cases = re.search(r"(\d+) generated.*", self.said)
        assert cases, self.said
        print(cases[0])  # noqa: T201 - for whoever looks
        assert int(cases[1]) > _LEAST_CASES, self.said


def fuzz(url: str, token: str, projects: Sequence[str], folder: Path, *limits: str) -> Tried:
    """Try the API at `url`, within schemathesis' own limits. `projects` are ids of some that are there."""
    config = folder / "schemathesis.toml"
    config.write_text(_CONFIG.format(token=token, projects=json.dumps(list(projects))), encoding="utf-8")
    seed = ["--seed", os.environ.get("FUZZ_SEED", "1")]
    command = [
        str(SCHEMATHESIS),
        "--config-file",
        str(config),
        "run",
        f"{url}/openapi.json",
        "--no-color",
        *seed,
        *limits,
    ]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, check=False)
    return Tried(done.returncode, done.stdout[-20_000:] + done.stderr[-2_000:])
