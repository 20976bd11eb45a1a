"""Free ports on the loopback address."""

import random
import socket


def free_port() -> int:
    """Below the ephemeral range, so that no client's socket takes it while its server is being started again."""
    while True:
        port = random.randrange(20_000, 32_000)
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return port
