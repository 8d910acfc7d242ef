"""What the network did, in words that say what to look at."""

import errno

_SAID = {
    errno.ECONNREFUSED: "connection refused: something is at that address, but nothing listens on that port",
    errno.ECONNRESET: "the other side hung up",
    errno.EPIPE: "the other side hung up",
    errno.EHOSTUNREACH: "no way there: it is off, unplugged, or in another network",
    errno.ENETUNREACH: "no way there: this machine is in no network that reaches it",
    errno.ETIMEDOUT: "no answer: it is off, or that is another address",
    errno.ENOENT: "no such port: is its adapter plugged in, and the path right?",
    errno.EACCES: "not allowed to use it: may this user open serial ports, or that port?",
    errno.EBUSY: "in use by another program",
    errno.EADDRINUSE: "the local port is taken by another program",
    errno.EADDRNOTAVAIL: "this machine does not have that local address",
    -2: "the host name is unknown",  # EAI_NONAME, EAI_AGAIN: the same on every Linux
    -3: "the host name cannot be looked up now",
}


def why(exc: OSError) -> str:
    """One line for the technician: well-known failures in plain words, others as they come."""
    said = _SAID.get(exc.errno) if exc.errno is not None else None
    return said or str(exc) or "no answer"
