"""Who may connect to a port, by the kernel's own tables."""

from pathlib import Path


def listening_at(port: int) -> set[str]:
    """The addresses with a listener on this port."""
    found = set()
    for table in ("tcp", "tcp6"):
        for line in Path("/proc/net", table).read_text().splitlines()[1:]:
            local, state = line.split()[1], line.split()[3]
            address, _, at = local.partition(":")
            if state == "0A" and int(at, 16) == port:
                found.add(
                    {"0100007F": "127.0.0.1", "0000000000000000FFFF00000100007F": "127.0.0.1"}.get(address, address)
                )
    return found
