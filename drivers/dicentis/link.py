"""The WebSocket to a DICENTIS server: who is trusted, and what the network did, as errors that a session ends by."""

import asyncio
from collections.abc import Coroutine
from dataclasses import dataclass, replace
from typing import Any

import aiohttp
from aiohttp import WSMsgType

from chamber.core.errors import EncodeError
from drivers.dicentis.codec import PATH, SUBPROTOCOL

DIAL_S = 5.0
SEND_S = 5.0
CLOSE_S = 0.5
LARGEST_BYTES = 4 * 1024 * 1024


class UntrustedError(Exception):
    """The server is not the one that was meant; the password was not sent."""


class ServerHungUpError(ConnectionError):
    """The server has closed the connection."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a server is, and how it is known.

    Attributes:
        tls: False speaks plain WebSocket, for simulators.
        fingerprint: SHA-256 of the server's certificate in hexadecimal, with or without colons; None trusts the
            authorities that this machine trusts.
    """

    host: str
    port: int
    tls: bool = True
    fingerprint: str | None = None

    def pin(self) -> aiohttp.Fingerprint | bool:
        """What aiohttp takes for `ssl`. Raises EncodeError: no SHA-256 fingerprint."""
        if not self.tls or self.fingerprint is None:
            return True
        try:
            return aiohttp.Fingerprint(bytes.fromhex(self.fingerprint.replace(":", "")))
        except ValueError as exc:
            raise EncodeError(
                f"no SHA-256 fingerprint: {self.fingerprint[:80]!r}, must be 64 hexadecimal digits"
            ) from exc

    @property
    def url(self) -> str:
        """Where the conference protocol is spoken."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{'wss' if self.tls else 'ws'}://{host}:{self.port}{PATH}"


class Link:
    """One open WebSocket; made by `dial`."""

    def __init__(self, session: aiohttp.ClientSession, socket: "aiohttp.ClientWebSocketResponse[Any]") -> None:
        self._session, self._socket = session, socket

    async def send(self, text: str) -> None:
        """Send one message. Raises OSError."""
        await _within(self._socket.send_str(text))

    async def ping(self) -> None:
        """Ask for a sign of life. Raises OSError."""
        await _within(self._socket.ping())

    async def receive(self) -> str:
        """The next message; empty for a sign of life without content. Raises OSError when the connection has ended."""
        message = await self._socket.receive()
        if message.type is WSMsgType.TEXT:
            return str(message.data)
        if message.type is WSMsgType.PING:
            await _within(self._socket.pong(message.data))
        if message.type in {WSMsgType.PING, WSMsgType.PONG, WSMsgType.BINARY}:
            return ""
        if message.type is WSMsgType.ERROR:
            raise ServerHungUpError(f"the server broke the WebSocket rules: {message.data}"[:200])
        raise ServerHungUpError(_why(self._socket.close_code))

    async def close(self) -> None:
        """Close, waiting a moment at most for the server's goodbye."""
        try:
            async with asyncio.timeout(CLOSE_S):
                await self._socket.close()
        except TimeoutError:
            pass
        finally:
            await self._session.close()


async def _within(sending: Coroutine[Any, Any, None]) -> None:
    try:
        async with asyncio.timeout(SEND_S):
            await sending
    except TimeoutError as exc:
        raise ServerHungUpError(f"the server takes no messages for {SEND_S:g} s") from exc


def _why(code: int | None) -> str:
    if code == 1002:
        return "the server takes a message of ours for malformed (1002)"
    return f"the server hung up ({code or 'no reason given'})"


async def dial(address: Address) -> Link:
    """Connect. Raises OSError, or UntrustedError before anything was said."""
    session = aiohttp.ClientSession(cookie_jar=aiohttp.DummyCookieJar(), timeout=aiohttp.ClientTimeout(total=DIAL_S))
    try:
        async with asyncio.timeout(DIAL_S):
            socket = await session.ws_connect(
                address.url,
                protocols=(SUBPROTOCOL,),
                ssl=address.pin(),
                autoping=False,
                max_msg_size=LARGEST_BYTES,
                timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_S),
            )
        link = Link(session, socket)
        if socket.protocol != SUBPROTOCOL:
            await link.close()
            raise ServerHungUpError(f"the server does not speak {SUBPROTOCOL}")
        return link
    except BaseException as exc:
        await session.close()
        if isinstance(exc, aiohttp.ServerFingerprintMismatch):
            raise UntrustedError(
                f"the certificate is not the pinned one; its SHA-256 fingerprint is {exc.got.hex()}"
            ) from exc
        if isinstance(exc, aiohttp.ClientConnectorCertificateError):
            # Dialled once more only to learn the fingerprint: nothing is said to a server with another one.
            await _tell_fingerprint(address)
            raise UntrustedError("nobody that this machine trusts vouches for the certificate") from exc
        if isinstance(exc, aiohttp.ClientError) and not isinstance(exc, OSError):
            raise ServerHungUpError(f"no WebSocket: {exc}"[:200]) from exc
        raise


async def _tell_fingerprint(address: Address) -> None:
    """Raise UntrustedError with the fingerprint that the server shows; OSError when it is gone by now."""
    await (await dial(replace(address, fingerprint="00" * 32))).close()
