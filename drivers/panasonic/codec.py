"""Panasonic AW commands as request paths, answers and notifications as values.

Sources: AW-UE100 IP/Serial Control Interface Specifications, AW-HE42 IP Control Specifications, HD/4K Integrated Camera
Interface Specifications (compatible model table); frames of notifications as seen from an AW-UE80.
"""

from dataclasses import dataclass
from urllib.parse import quote

from chamber.core.errors import EncodeError
from drivers.ptz.position import Position

UNSUPPORTED, BUSY, OUT_OF_RANGE = 1, 2, 3
ERROR_TEXTS = {UNSUPPORTED: "not supported by this model", BUSY: "busy or in standby", OUT_OF_RANGE: "out of range"}
CENTRE = 0x8000
COUNTS_PER_DEGREE = 121.35
WIDE, TELE = 0x555, 0xFFF
PRESETS = 100
LONGEST_ANSWER = 200
# A notification: 22 bytes reserved, size, 4 reserved, information, 24 reserved; size is the information's plus 8.
HEAD, SIZE_AT, TRAILER, EXTRA = 28, 22, 24, 8
LARGEST_INFORMATION = 504


@dataclass(frozen=True, slots=True)
class Command:
    """A text for one of the two programs in the camera: `head` for pan and tilt, else the camera itself."""

    text: str
    head: bool = True

    @property
    def path(self) -> str:
        """Path and query of the request, encoded."""
        if self.head:
            return f"/cgi-bin/aw_ptz?cmd={quote('#' + self.text, safe='')}&res=1"
        return f"/cgi-bin/aw_cam?cmd={quote(self.text, safe=':')}&res=1"


@dataclass(frozen=True, slots=True)
class Told:
    """What the camera answered, or notified, without line ends."""

    text: str


@dataclass(frozen=True, slots=True)
class Refused:
    """An error answer: 1 not supported, 2 busy or standby, 3 out of range."""

    code: int
    about: str

    @property
    def busy(self) -> bool:
        """Whether the same may be taken later."""
        return self.code == BUSY

    def __str__(self) -> str:
        return ERROR_TEXTS.get(self.code, f"error {self.code}")


def _preset(letter: str, preset: int) -> Command:
    if not 1 <= preset <= PRESETS:
        raise EncodeError(f"no such preset: {preset}, must be 1 to {PRESETS}")
    return Command(f"{letter}{preset - 1:02d}")


def recall(preset: int) -> Command:
    """Encode a recall of preset 1 to 100."""
    return _preset("R", preset)


def store(preset: int) -> Command:
    """Encode storing the present position as preset 1 to 100."""
    return _preset("M", preset)


def _speed(speed: int) -> int:
    if not -7 <= speed <= 7:
        raise EncodeError(f"no such speed: {speed}, must be -7 to 7")
    return 50 + speed * 7


def turn(pan: int, tilt: int) -> Command:
    """Encode a drive of the head, each -7 to 7, positive is right and up; both 0 stop."""
    return Command(f"PTS{_speed(pan):02d}{_speed(tilt):02d}")


def zoom(speed: int) -> Command:
    """Encode a drive of the zoom, -7 (wide) to 7 (tele), 0 stops."""
    return Command(f"Z{_speed(speed):02d}")


def focus(action: str) -> Command:
    """Encode `auto`, `manual`, `near`, `far`, `stop` or `one_push`. Raises EncodeError."""
    found = {
        "auto": Command("D11"),
        "manual": Command("D10"),
        "near": Command("F25"),
        "far": Command("F75"),
        "stop": Command("F50"),
        "one_push": Command("OSE:69:1", head=False),
    }.get(action)
    if found is None:
        raise EncodeError(f"no such focus order: {action}")
    return found


def power(on: bool) -> Command:
    """Encode power on, or standby."""
    return Command("O1" if on else "O0")


def lamp(colour: str, on: bool) -> Command:
    """Encode the tally lamp, `red` or `green`."""
    return Command(f"{'TLR' if colour == 'red' else 'TLG'}:{int(on)}", head=False)


def older_lamp(on: bool) -> Command:
    """Encode the red lamp of models that know it as a command of the head."""
    return Command(f"DA{int(on)}")


def preset_speed(step: int) -> Command:
    """Encode the speed of recalls, 1 (slow) to 30; the camera counts 275 to 1000 in steps of 25, 999 the highest."""
    if not 1 <= step <= 30:
        raise EncodeError(f"no such preset speed: {step}, must be 1 to 30")
    return Command(f"UPVS{min(999, 250 + 25 * step)}")


ASK_POWER = Command("O")
ASK_ALL = Command("PTV")
ASK_PAN_TILT = Command("APC")
ASK_ZOOM = Command("GZ")
ASK_MODEL = Command("QID", head=False)
ASK_PRESET_SPEED = Command("UPVS")
PUSH_LENS = Command("LPC1")


def notifications(port: int, *, start: bool) -> str:
    """Path that asks the camera to send notifications to this port of the asking host, or to stop."""
    return f"/cgi-bin/event?connect={'start' if start else 'stop'}&my_port={port}&uid=0"


def read_answer(body: bytes) -> Told | Refused:
    """Decode the body of an answer; never raises."""
    text = body[:LONGEST_ANSWER].decode("ascii", "replace").strip()
    if text[:2].lower() == "er" and text[2:3].isdecimal():
        return Refused(int(text[2]), text[4:])
    return Told(text)


def read_preset(text: str, letter: str) -> int | None:
    """The preset, 1 to 100, in `sNN` (recalled) or `qNN` (completed); None for anything else."""
    if len(text) == 3 and text[0] == letter and text[1:].isdecimal():
        return int(text[1:]) + 1
    return None


def read_power(text: str) -> bool | None:
    """On (also while it starts), standby, or None for anything else."""
    return {"p1": True, "p3": True, "p0": False}.get(text)


def read_all(text: str) -> Position | None:
    """Position from `pTV` + pan4 tilt4 zoom3 focus3 iris3; None in standby (dashes) and for anything else."""
    if len(text) != 20 or not text.startswith("pTV"):
        return None
    return _position(text[3:7], text[7:11], text[11:14])


def read_pan_tilt(text: str, zoom_text: str) -> Position | None:
    """Position from `aPC` + pan4 tilt4 and `gz` + zoom3; None for anything else."""
    if len(text) != 11 or not text.startswith("aPC") or len(zoom_text) != 5 or not zoom_text.startswith("gz"):
        return None
    return _position(text[3:7], text[7:11], zoom_text[2:5])


def _position(pan: str, tilt: str, zoom_part: str) -> Position | None:
    try:
        found = [int(part, 16) for part in (pan, tilt, zoom_part) if part.isalnum()]
    except ValueError:
        return None
    return Position(*found) if len(found) == 3 else None


def degrees(position: Position) -> tuple[float, float, float]:
    """Pan (right positive) and tilt (up positive) in degrees, zoom 0.0 to 1.0; tilt counts grow downward."""
    zoomed = (position.zoom - WIDE) / (TELE - WIDE)
    pan, tilt = (position.pan - CENTRE) / COUNTS_PER_DEGREE, (CENTRE - position.tilt) / COUNTS_PER_DEGREE
    return round(pan, 2), round(tilt, 2), round(min(1.0, max(0.0, zoomed)), 4)


class NotificationParser:
    """Cut a stream into notifications, however it was chunked. A frame that cannot be right ends it: ValueError."""

    def __init__(self) -> None:
        self._rest = b""

    def feed(self, data: bytes) -> list[Told]:
        """Return the notifications that `data` completes. Raises ValueError: the size is out of bounds."""
        self._rest += data
        found = []
        while len(self._rest) >= HEAD:
            size = int.from_bytes(self._rest[SIZE_AT : SIZE_AT + 2], "big") - EXTRA
            if not 4 <= size <= LARGEST_INFORMATION:
                raise ValueError(f"a notification of {size} bytes")
            if len(self._rest) < HEAD + size + TRAILER:
                break
            information = self._rest[HEAD : HEAD + size]
            self._rest = self._rest[HEAD + size + TRAILER :]
            text = information.strip(b"\r\n\x00").decode("ascii", "replace")
            found += [Told(line.strip()) for line in text.split("\r\n") if line.strip()]
        return found
