"""The WebSocket to a DICENTIS server: what the network did, as errors that a session ends by."""

import asyncio
from collections.abc import Coroutine
from typing import Any

import aiohttp
from aiohttp import WSMsgType

from drivers.dicentis.codec import PATH, SUBPROTOCOL
from drivers.trust import Address, distrust

DIAL_S = 5.0
SEND_S = 5.0
CLOSE_S = 0.5
LARGEST_BYTES = 4 * 1024 * 1024


class ServerHungUpError(ConnectionError):
    """The server has closed the connection."""


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
                address.url("ws", PATH),
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
        if (untrusted := await distrust(address, exc)) is not None:
            raise untrusted from exc
        if isinstance(exc, aiohttp.ClientError) and not isinstance(exc, OSError):
            raise ServerHungUpError(f"no WebSocket: {exc}"[:200]) from exc
        raise
