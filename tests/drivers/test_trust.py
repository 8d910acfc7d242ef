"""Who is trusted over TLS: fingerprints of CONFIG, and what a stranger's certificate is told to the technician as."""

import aiohttp
import pytest

from chamber.core.errors import EncodeError
from drivers.trust import Address, distrust


@pytest.mark.parametrize("fingerprint", ["", "00", "zz" * 32, "00" * 20])
def test_what_is_no_fingerprint_is_refused(fingerprint: str) -> None:
    with pytest.raises(EncodeError, match="64 hexadecimal digits"):
        Address("192.0.2.1", 443, True, fingerprint).pin()


def test_colons_and_case_do_not_matter() -> None:
    pins = [Address("192.0.2.1", 443, True, text).pin() for text in ("ab" * 32, ":".join(["AB"] * 32))]
    assert [pin.fingerprint for pin in pins if isinstance(pin, aiohttp.Fingerprint)] == [bytes([0xAB]) * 32] * 2


def test_without_a_pin_the_authorities_decide() -> None:
    assert Address("192.0.2.1", 443, True).pin() is True


@pytest.mark.parametrize(
    ("address", "url"),
    [
        (Address("192.0.2.1", 9443, True), "https://192.0.2.1:9443/api"),
        (Address("2001:db8::1", 9080, False), "http://[2001:db8::1]:9080/api"),
    ],
)
def test_addresses(address: Address, url: str) -> None:
    assert address.url("http", "/api") == url


async def test_a_failure_of_the_network_is_no_distrust() -> None:
    assert await distrust(Address("192.0.2.1", 443, True), OSError("no route")) is None
