"""Failures of the network in words that say what to look at."""

import errno
import socket

import pytest

from chamber.core.reasons import why


@pytest.mark.parametrize(
    ("exc", "said"),
    [
        (ConnectionRefusedError(errno.ECONNREFUSED, "Connect call failed"), "nothing listens on that port"),
        (OSError(errno.EHOSTUNREACH, "No route to host"), "off, unplugged, or in another network"),
        (FileNotFoundError(errno.ENOENT, "could not open port /dev/ttyUSB0"), "is its adapter plugged in"),
        (socket.gaierror(socket.EAI_NONAME, "Name or service not known"), "host name is unknown"),
        (socket.gaierror(socket.EAI_AGAIN, "Temporary failure in name resolution"), "cannot be looked up now"),
        (ConnectionError("GetSeats: no answer for 5 s"), "GetSeats: no answer for 5 s"),
        (TimeoutError(), "no answer"),
        (OSError(999, "something new"), "something new"),
    ],
)
def test_failures_are_said_plainly(exc: OSError, said: str) -> None:
    assert said in why(exc)
    assert "\n" not in why(exc)
