"""Free TCP ports on the loopback interface."""

import socket


def free_port(preferred: int | None = None) -> int:
    """A port nobody listens on; the preferred one when it is free, so that a restart keeps its address."""
    for port in (preferred, 0):
        if port is None:
            continue
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(("127.0.0.1", port))
            except OSError:
                continue
            return int(probe.getsockname()[1])
    raise OSError("no free port on the loopback interface")
