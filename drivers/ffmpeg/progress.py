"""What ffmpeg says on standard error, cut into lines and kept short, without the passwords in its URLs."""

import re
from collections import deque

LINE_CHARS = 300
LINES = 12
PENDING_BYTES = 4096

_CREDENTIALS = re.compile(r"//[^/@\s'\"]*@")
_SECRETS = re.compile(r"(?i)\b(passphrase|password|token|key|streamid|user|login)=[^&\s'\"]*")


def redacted(text: str) -> str:
    """The text without credentials of URLs."""
    return _SECRETS.sub(r"\1=…", _CREDENTIALS.sub("//…@", text))


class Complaints:
    """Collects the last lines of a byte stream, however it was chunked. Never raises, never grows."""

    def __init__(self) -> None:
        self._rest = b""
        self._lines: deque[str] = deque(maxlen=LINES)

    def feed(self, data: bytes) -> None:
        """Take in bytes; carriage returns end a line, too."""
        *lines, rest = re.split(rb"[\r\n]", self._rest + data)
        while len(rest) > PENDING_BYTES:
            lines.append(rest[:PENDING_BYTES])
            rest = rest[PENDING_BYTES:]
        self._rest = rest
        for line in lines:
            self._keep(line)

    def text(self) -> str:
        """The last lines, joined; empty when nothing was said."""
        last = self._shown(self._rest)
        return " | ".join([*self._lines, last] if last else self._lines)

    def _keep(self, line: bytes) -> None:
        shown = self._shown(line)
        if shown:
            self._lines.append(shown)

    @staticmethod
    def _shown(line: bytes) -> str:
        printable = "".join(char if char.isprintable() else " " for char in line.decode(errors="replace"))
        return redacted(printable).strip()[:LINE_CHARS]
