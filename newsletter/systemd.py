"""What systemd is told of a service of Type=notify: that it is ready, what it does, that it lives. Facts go
in, a datagram to the socket in NOTIFY_SOCKET goes out; without one, nothing. The protocol is sd_notify(3).
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from contextlib import suppress


class Systemd:
    """Tells systemd, where it listens: Systemd(os.environ, os.getpid()).tell(READY=1, STATUS="…")."""

    def __init__(self, environment: Mapping[str, str], process: int) -> None:
        address = environment.get("NOTIFY_SOCKET", "")
        # A name that begins with @ is no file: Linux wants a zero byte there.
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        watched = environment.get("WATCHDOG_PID", str(process)) == str(process)
        self.watchdog = int(environment.get("WATCHDOG_USEC", "0")) / 1_000_000 if watched else 0.0
        """Seconds after which we count as dead when nothing was heard; 0: nobody looks."""

    def tell(self, **facts: object) -> None:
        """One message; nobody who listens is no reason to stop."""
        if not self._address:
            return
        lines = ((name, " ".join(str(fact).splitlines())) for name, fact in facts.items())
        message = "\n".join(f"{name}={fact}" for name, fact in lines)
        with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as door:
            door.sendto(message.encode(), self._address)
