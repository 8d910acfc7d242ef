"""HTTP to a Confero system: what the network did, as errors that a session ends by."""

from dataclasses import dataclass

import aiohttp
from yarl import URL

from drivers.trust import Address, distrust

DIAL_S = 3.0
LARGEST_BYTES = 4 * 1024 * 1024


class BrokenHttpError(ConnectionError):
    """The connection failed, or what came back is no HTTP."""


@dataclass(frozen=True, slots=True)
class Answer:
    """Status and body of an answer, which is no proof that anything was done."""

    status: int
    body: bytes


async def _once(request: aiohttp.ClientRequest, handler: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
    """Keeps aiohttp from sending a request again: it does not know the error."""
    try:
        return await handler(request)
    except aiohttp.ClientConnectorError:
        raise
    except (aiohttp.ClientOSError, aiohttp.ServerDisconnectedError) as exc:
        raise BrokenHttpError(f"the system hung up before it answered: {exc}"[:200]) from exc


class Link:
    """The connections of one session.

    Those that read stay open between requests, and a reading whose connection turns out to be gone is asked once more
    by aiohttp. An order has a fresh connection and is sent once.
    """

    def __init__(self, address: Address, token: str) -> None:
        self._address, self._pin = address, address.pin()

        def session(
            connector: aiohttp.TCPConnector, *middlewares: aiohttp.ClientMiddlewareType
        ) -> aiohttp.ClientSession:
            return aiohttp.ClientSession(
                connector=connector,
                middlewares=middlewares,
                cookie_jar=aiohttp.DummyCookieJar(),
                headers={"Authorization": f"Bearer {token}", "Accept": "application/json"},
            )

        self._reading = session(aiohttp.TCPConnector(limit=6))
        self._ordering = session(aiohttp.TCPConnector(limit=2, force_close=True), _once)

    async def ask(self, method: str, path: str, *, timeout_s: float, body: bytes | None = None) -> Answer:
        """Send one request and read the whole answer. Raises OSError (TimeoutError), or UntrustedError."""
        session = self._reading if method == "GET" else self._ordering
        if session.closed:
            raise BrokenHttpError("connection lost")
        try:
            async with session.request(
                method,
                URL(self._address.url("http", path), encoded=True),
                data=body,
                headers={"Content-Type": "application/json"} if body is not None else None,
                ssl=self._pin,
                allow_redirects=False,  # the token is for this system
                timeout=aiohttp.ClientTimeout(total=timeout_s, sock_connect=min(DIAL_S, timeout_s)),
            ) as response:
                got = bytearray()
                async for chunk in response.content.iter_any():
                    got += chunk
                    if len(got) > LARGEST_BYTES:
                        raise BrokenHttpError(f"{path}: an answer of more than {LARGEST_BYTES // 1024**2} MB")
                return Answer(response.status, bytes(got))
        except aiohttp.ClientError as exc:
            if (untrusted := await distrust(self._address, exc)) is not None:
                raise untrusted from exc
            if isinstance(exc, OSError):
                raise
            raise BrokenHttpError(f"{path.partition('?')[0]}: {exc}"[:200]) from exc

    async def close(self) -> None:
        """Close all connections."""
        await self._reading.close()
        await self._ordering.close()
