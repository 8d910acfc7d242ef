"""What every section of CONFIG shares: strictness, identifiers and addresses."""

from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Annotated, Any
from urllib.parse import urlsplit

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, PlainValidator

ID_PATTERN = r"^[a-z0-9][a-z0-9_-]{0,39}$"


class Section(BaseModel):
    """A table of CONFIG: unknown keys are refused, nothing is converted, nothing changes afterwards."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, allow_inf_nan=False)


def _sane_source(source: str) -> str:
    if source.startswith("unix:") and len(source) == len("unix:"):
        raise ValueError("names no socket; write unix:NAME or unix:/path")
    before, found, after = source.partition("://")
    if found and "@" in after.split("/", 1)[0]:
        raise ValueError(f"holds a user name or password; put the {before} address into a file of its own")
    return source


def _host(host: str) -> str:
    if not host.strip() or any(c in host for c in " /@") or "://" in host:
        raise ValueError(f"{host!r} is no host; give a name or an address such as 192.0.2.10")
    return host


def _web_root(url: str) -> str:
    try:
        parts = urlsplit(url)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good:
        raise ValueError(f"{url!r} is no web address; write one such as https://live.example.nl/")
    if parts.username is not None or parts.query or parts.fragment:
        raise ValueError("holds more than scheme, host, port and path; write one such as https://live.example.nl/")
    return url if url.endswith("/") else f"{url}/"


Id = Annotated[str, Field(pattern=ID_PATTERN)]
Text = Annotated[str, Field(min_length=1, max_length=200)]
Host = Annotated[str, AfterValidator(_host)]
Port = Annotated[int, Field(ge=1, le=65535)]
Path = Annotated[str, Field(min_length=1, max_length=400)]
Metres = Annotated[float, Field(ge=-100, le=100)]
Degrees = Annotated[float, Field(ge=-360, le=360)]


def _embedder(origin: str) -> str:
    parts = urlsplit(origin)
    if parts.scheme != "https" or not parts.hostname or origin != f"https://{parts.netloc}" or parts.username:
        raise ValueError(f"{origin!r} is no website; write one such as https://www.waterbeek.example")
    return origin


Embedder = Annotated[str, Field(max_length=200), AfterValidator(_embedder)]
Url = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_web_root)]
Source = Annotated[str, Field(min_length=1, max_length=400), AfterValidator(_sane_source)]


@dataclass(frozen=True, slots=True)
class Listen:
    """An address to listen on; port 0 lets the system choose."""

    host: str
    port: int

    def __str__(self) -> str:
        return f"[{self.host}]:{self.port}" if ":" in self.host else f"{self.host}:{self.port}"

    @property
    def is_loopback(self) -> bool:
        """True when only this machine can connect."""
        return self.host == "localhost" or ip_address(self.host).is_loopback


def parse_listen(text: str) -> Listen:
    """An address from `host:port` or `[IPv6]:port`. Raises ValueError with what would be valid."""
    host, colon, port = text.rpartition(":")
    bare = host[1:-1] if host.startswith("[") and host.endswith("]") else host
    good_port = port.isascii() and port.isdigit() and int(port) <= 65535
    if not colon or not good_port or (":" in bare) != (bare != host):
        raise ValueError(f"{text!r} is no address; write 127.0.0.1:8080 or [::1]:8080")
    if bare != "localhost":
        try:
            ip_address(bare)
        except ValueError:
            raise ValueError(f"{bare!r} is no IP address; write one such as 127.0.0.1, or localhost") from None
    return Listen(bare, int(port))


def _listens(given: Any) -> tuple[Listen, ...]:
    texts = given if isinstance(given, list) else [given]
    if not texts or len(texts) > 4 or not all(isinstance(text, str) for text in texts):
        raise ValueError("must be an address such as 127.0.0.1:8080, or a list of one to four")
    return tuple(parse_listen(text) for text in texts)


Addresses = Annotated[tuple[Listen, ...], PlainValidator(_listens)]


def _target(given: Any) -> Listen:
    if not isinstance(given, str):
        raise ValueError("must be an address such as 192.0.2.30:9000")
    found = parse_listen(given)
    if found.port == 0:
        raise ValueError(f"{given!r} has no port; write one such as 192.0.2.30:9000")
    return found


def _network(text: str) -> str:
    try:
        ip_network(text, strict=False)
    except ValueError:
        raise ValueError(f"{text!r} is no network; write an address, or one such as 192.0.2.0/24") from None
    return text


Target = Annotated[Listen, PlainValidator(_target)]
Network = Annotated[str, Field(max_length=50), AfterValidator(_network)]
