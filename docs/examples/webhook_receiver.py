"""Receives webhooks: verifies each, and prints what happened. Needs nothing but Python.

    python webhook_receiver.py whsec_... [PORT]

The secret is shown when the webhook is made. Several, apart by commas, while one is being rotated.
"""

import base64
import hashlib
import hmac
import json
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any, ClassVar

OLDEST_S = 300
LARGEST_BYTES = 20_000
seen: set[str] = set()  # keep these where they survive a restart


def is_genuine(secrets: list[str], headers: dict[str, str], body: bytes) -> bool:
    """By Standard Webhooks 1.0.0: an HMAC over id, time and the bytes as they came, and not older than five minutes."""
    message_id, sent_at = headers.get("webhook-id", ""), headers.get("webhook-timestamp", "")
    if not sent_at.isdigit() or abs(time.time() - int(sent_at)) > OLDEST_S:
        return False
    given = headers.get("webhook-signature", "").split(" ")
    for secret in secrets:
        key = base64.b64decode(secret.removeprefix("whsec_"))
        digest = hmac.new(key, f"{message_id}.{sent_at}.".encode() + body, hashlib.sha256).digest()
        wanted = "v1," + base64.b64encode(digest).decode()
        if any(hmac.compare_digest(wanted, signature) for signature in given):
            return True
    return False


class Receiver(BaseHTTPRequestHandler):
    secrets: ClassVar[list[str]] = []

    def do_POST(self) -> None:
        length = int(self.headers.get("content-length", "0"))
        if length > LARGEST_BYTES:
            self.answer(413)
            return
        body = self.rfile.read(length)
        headers = {name.lower(): value for name, value in self.headers.items()}
        if not is_genuine(self.secrets, headers, body):
            self.answer(401)
            return
        self.answer(204)  # at once; the work comes afterwards
        if headers["webhook-id"] not in seen:
            seen.add(headers["webhook-id"])
            self.happened(json.loads(body))

    def happened(self, event: dict[str, Any]) -> None:
        project = event["data"].get("project", {})
        print(event["type"], project.get("client_reference") or project.get("id", ""), flush=True)

    def answer(self, status: int) -> None:
        self.send_response(status)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Quietly."""


def main() -> None:
    if len(sys.argv) < 2:
        sys.exit(__doc__)
    Receiver.secrets = sys.argv[1].split(",")
    server = ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2]) if len(sys.argv) > 2 else 8000), Receiver)
    print(f"Waiting at http://127.0.0.1:{server.server_port}/", flush=True)
    server.serve_forever()


if __name__ == "__main__":
    main()
