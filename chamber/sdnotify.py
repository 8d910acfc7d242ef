"""READY, STOPPING and WATCHDOG datagrams to systemd; silent where there is no systemd."""

import os
import socket
from contextlib import suppress


def notify(state: str) -> None:
    """Send one state line such as `READY=1`; nothing happens outside a notify unit."""
    address = os.environ.get("NOTIFY_SOCKET", "")
    if not address:
        return
    if address.startswith("@"):
        address = "\0" + address[1:]
    with suppress(OSError), socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as sock:
        sock.connect(address)
        sock.sendall(state.encode())


def watchdog_s() -> float | None:
    """How often WATCHDOG=1 is due: half of what the unit asks, or None when it does not ask."""
    limit_us = os.environ.get("WATCHDOG_USEC", "")
    return int(limit_us) / 2_000_000 if limit_us.isdigit() else None
