#!/app/bin/python
"""Exit status 0 when the service says that it is ready; otherwise what it waits for."""

import os
import sys
import urllib.error
import urllib.request

URL = os.environ.get("REELWRIGHT_IMAGE_HEALTH", "http://127.0.0.1:8081/readyz")

try:
    with urllib.request.urlopen(URL, timeout=4) as answer:  # noqa: S310 - where this image's own service answers
        sys.stdout.write(answer.read(200).decode(errors="replace"))
except urllib.error.HTTPError as refused:
    sys.exit(refused.read(500).decode(errors="replace").strip())
except OSError as away:
    sys.exit(f"no answer: {away}")
