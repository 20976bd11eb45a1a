"""docs/examples/webhook_receiver.py, beside `reelwright serve`, as docs/webhooks.md says."""

import re
import subprocess
import sys
from pathlib import Path

import httpx
from e2e.command import Reelwright

RECEIVER = Path(__file__).parents[2] / "docs/examples/webhook_receiver.py"


def test_it_takes_what_is_genuine_and_nothing_else(tmp_path: Path) -> None:
    served = Reelwright(tmp_path / "home", tmp_path, environment={"REELWRIGHT_DIRECTOR_WEBHOOKS_TO_LOOPBACK": "true"})
    with served.serving() as (_, address), httpx.Client(base_url=address, timeout=60) as http:
        # The secret is known only once the webhook is made, and that needs an address: so it is moved afterwards.
        hook = http.post("/v1/webhooks", json={"url": "http://127.0.0.1:9/"}).json()
        with subprocess.Popen(
            [sys.executable, str(RECEIVER), hook["secret"], "0"], stdout=subprocess.PIPE, text=True
        ) as receiver:
            try:
                assert receiver.stdout is not None
                said = re.search(r"http://\S+", receiver.stdout.readline())
                assert said
                assert http.patch(f"/v1/webhooks/{hook['id']}", json={"url": said[0]}).status_code == 200
                assert httpx.post(said[0], content=b"{}").status_code == 401
                http.post("/v1/projects", json={"client_reference": "order-4711"})
                assert receiver.stdout.readline() == "project.created order-4711\n"
            finally:
                receiver.terminate()
