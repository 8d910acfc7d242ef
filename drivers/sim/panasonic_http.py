"""The camera's side of HTTP/1.1, and its digest login (RFC 7616, MD5 as these cameras have it)."""

import asyncio
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field

LONGEST_LINE = 4096
HEADERS = 50
REASONS = {200: "OK", 204: "No Content", 400: "Bad Request", 401: "Unauthorized", 404: "Not Found"}


@dataclass(frozen=True, slots=True)
class Page:
    """An answer."""

    body: str
    status: int = 200
    headers: Mapping[str, str] = field(default_factory=dict)


async def read_request(reader: asyncio.StreamReader) -> tuple[str, dict[str, str]] | None:
    """Path and headers of the next request; None when the client has hung up. Raises ValueError: no HTTP."""
    line = await reader.readline()
    if not line:
        return None
    parts = line.decode("ascii", "replace").split()
    if len(parts) != 3 or parts[0] != "GET" or len(line) > LONGEST_LINE:
        raise ValueError("no request")
    headers: dict[str, str] = {}
    while (line := await reader.readline()).strip():
        name, _, value = line.decode("latin-1").partition(":")
        headers[name.strip().lower()] = value.strip()
        if len(headers) > HEADERS:
            raise ValueError("too many headers")
    return parts[1], headers


def status_line(page: Page) -> bytes:
    """The whole answer as bytes."""
    body = page.body.encode()
    lines = [f"HTTP/1.1 {page.status} {REASONS[page.status]}"]
    lines += [f"{name}: {value}" for name, value in page.headers.items()]
    if page.status != 204:
        lines += ["Content-Type: text/plain", f"Content-Length: {len(body)}"]
    return "\r\n".join([*lines, "", ""]).encode() + body


class Digest:
    """Demands user and password."""

    def __init__(self, user: str, password: str, realm: str = "Panasonic") -> None:
        self._user, self._password, self._realm = user, password, realm
        self._nonce = secrets.token_hex(16)

    def challenge(self, path: str, headers: Mapping[str, str]) -> Page | None:
        """The answer to a request that is not let in; None for one that is."""
        given = dict(re.findall(r'(\w+)="?([^",]+)"?', headers.get("authorization", "")))
        ha1 = _md5(f"{self._user}:{self._realm}:{self._password}")
        ha2 = _md5(f"GET:{given.get('uri', '')}")
        parts = (ha1, self._nonce, given.get("nc", ""), given.get("cnonce", ""), "auth", ha2)
        right = (
            given.get("username") == self._user
            and given.get("nonce") == self._nonce
            and given.get("uri") == path
            and given.get("response") == _md5(":".join(parts))
        )
        if right:
            return None
        login = f'Digest realm="{self._realm}", nonce="{self._nonce}", algorithm=MD5, qop="auth"'
        return Page("", 401, {"WWW-Authenticate": login})


def _md5(text: str) -> str:
    return hashlib.md5(text.encode(), usedforsecurity=False).hexdigest()
