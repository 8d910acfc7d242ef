"""Who is on the other side of TLS: a certificate that CONFIG pins, or one that this machine's authorities vouch for."""

import asyncio
import hashlib
import ssl
from dataclasses import dataclass

import aiohttp

from chamber.core.errors import EncodeError

LOOK_S = 3.0


class UntrustedError(Exception):
    """The other side is not the one that was meant; no secret was sent."""


@dataclass(frozen=True, slots=True)
class Address:
    """Where a device is, and how it is known.

    Attributes:
        tls: False speaks without: it has no certificate, or it is a simulator.
        fingerprint: SHA-256 of its certificate in hexadecimal, with or without colons; None trusts the authorities
            that this machine trusts.
    """

    host: str
    port: int
    tls: bool
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

    def url(self, scheme: str, path: str) -> str:
        """The whole address of a path; `scheme` is the one without TLS, http or ws."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{scheme}{'s' if self.tls else ''}://{host}:{self.port}{path}"


async def distrust(address: Address, exc: BaseException) -> UntrustedError | None:
    """Why that failure of aiohttp means that the other side is not trusted, with its fingerprint; None when not so."""
    if isinstance(exc, aiohttp.ServerFingerprintMismatch):
        return UntrustedError(f"the certificate is not the pinned one; its SHA-256 fingerprint is {exc.got.hex()}")
    if isinstance(exc, aiohttp.ClientConnectorCertificateError):
        shown = await _shown(address)
        return UntrustedError(
            "nobody that this machine trusts vouches for the certificate"
            + (f"; its SHA-256 fingerprint is {shown}" if shown else "")
        )
    return None


async def _shown(address: Address) -> str | None:
    """The fingerprint that the other side shows; dialled for it alone, and nothing is said. None: it is gone by now."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    try:
        async with asyncio.timeout(LOOK_S):
            _, writer = await asyncio.open_connection(address.host, address.port, ssl=context)
    except OSError:
        return None
    try:
        certificate: bytes = writer.get_extra_info("ssl_object").getpeercert(binary_form=True)
        return hashlib.sha256(certificate).hexdigest()
    finally:
        writer.transport.abort()
