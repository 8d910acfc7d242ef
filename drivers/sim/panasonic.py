"""A Panasonic AW camera: commands over HTTP, notifications over TCP, digest login, and a head that really travels.

Sources: AW-UE100 IP/Serial Control Interface Specifications; AW-HE42 IP Control Specifications; frames seen from an
AW-UE80 for the notifications.
"""

import asyncio
import re
import time
from collections import deque
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from urllib.parse import unquote_plus

from drivers.sim.faults import Faults
from drivers.sim.panasonic_http import Digest, Page, read_request, status_line
from drivers.sim.panasonic_push import Pushes
from drivers.sim.visca_motion import Head, Pose, Travel

LOG_LINES = 10_000
TOO_SOON_S = 0.125
"""Sooner after the one before, a command is against the document; noted in `hasty`."""
COUNTS = 121.35
CLIENTS = 8


@dataclass(frozen=True, slots=True)
class AwManners:
    """How this model behaves.

    Attributes:
        model: what it says it is.
        wake_s: from power on until it obeys.
        all_positions: knows `#PTV`; older models do not.
        lamps: red, green, or `head` for the red lamp of older models.
        login: user and password, None without.
        answer_s: how long an ordinary answer takes.
    """

    model: str = "AW-UE100"
    wake_s: float = 2.0
    all_positions: bool = True
    lamps: tuple[str, ...] = ("red", "green")
    login: tuple[str, str] | None = None
    answer_s: float = 0.005


class SimPanasonic:
    """One camera on one TCP port. Use as async context manager or with start() and close().

    Args:
        presets: what is stored, by number counted from 0, as on the wire.
        start: where it looks at first; preset 0 when there is one.
    Attributes:
        log: (CLOCK_MONOTONIC ns, what) of each command: `recall 5`, `set 5`, `drive 1 0`, `stop`, `zoomdrive 1`, …
        asked: questions for a position.
        hasty: commands that came sooner than 130 ms after the one before.
        subscribers: who is notified.
        speed: of presets, as `UPVS` set it.
    """

    def __init__(
        self,
        presets: Mapping[int, Pose] | None = None,
        host: str = "127.0.0.1",
        port: int = 0,
        *,
        start: Pose | None = None,
        travel: Travel = Travel(),  # noqa: B008  (frozen)
        manners: AwManners = AwManners(),
    ) -> None:
        self.presets, self.host, self.port = dict(presets or {}), host, port
        self.travel, self.manners = travel, manners
        self._head = Head(start or self.presets.get(0) or Pose(0.0, 0.0), travel)
        self.faults = Faults()
        self.powered, self.auto_focus, self.tally, self.green = True, True, False, False
        self.speed = "275"
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self.hasty: list[str] = []
        self.asked: deque[str] = deque(maxlen=LOG_LINES)
        self.last_recalled: int | None = None
        self._awake_s = self._last_s = float("-inf")
        self._recalls = 0
        self._pushes = Pushes(self.faults)
        self.subscribers = self._pushes.subscribers
        self._digest = Digest(*manners.login) if manners.login else None
        self._server: asyncio.Server | None = None
        self._writers: set[asyncio.StreamWriter] = set()
        self._tasks: set[asyncio.Task[None]] = set()

    # What tests and the hall ask.

    @property
    def pose(self) -> Pose:
        """Where it looks now."""
        return self._head.pose_at(time.monotonic())

    @property
    def moving(self) -> bool:
        """Whether the picture moves now."""
        now_s = time.monotonic()
        return self._head.pan_tilt_moving(now_s) or self._head.zoom_moving(now_s)

    def put(self, pose: Pose) -> None:
        """Somebody has turned the camera by hand."""
        self._head = Head(self.travel.clipped(pose), self.travel)

    async def start(self) -> int:
        """Listen; returns the port."""
        self._server = await asyncio.start_server(self._session, self.host, self.port)
        self.port = int(self._server.sockets[0].getsockname()[1])
        return self.port

    async def close(self) -> None:
        """Stop listening and forget who is notified, as a restart does; head and presets stay."""
        self._pushes.forget()
        if self._server:
            self._server.close()
        for writer in list(self._writers):
            writer.transport.abort()
        for task in list(self._tasks):
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self._server = None
        await asyncio.sleep(0)

    async def __aenter__(self) -> "SimPanasonic":
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.close()

    # HTTP.

    async def _session(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        if len(self._writers) >= CLIENTS:
            writer.close()
            return
        self._writers.add(writer)
        try:
            while (request := await read_request(reader)) is not None:
                path, headers = request
                if self.faults.loses():
                    await asyncio.sleep(3600)
                page = self._guard(path, headers) or await self._page(path, str(writer.get_extra_info("peername")[0]))
                await asyncio.sleep(self.manners.answer_s + self.faults.delay_s)
                for data in self.faults.outgoing(status_line(page)):
                    writer.write(data)
                if self.faults.silent:
                    await asyncio.sleep(3600)
        except (OSError, asyncio.IncompleteReadError, asyncio.CancelledError, ValueError):
            pass
        finally:
            self._writers.discard(writer)
            writer.close()

    def _guard(self, path: str, headers: Mapping[str, str]) -> Page | None:
        return None if self._digest is None else self._digest.challenge(path, headers)

    async def _page(self, path: str, peer: str) -> Page:
        where, _, query = path.partition("?")
        # a '+' is no blank here, and commands hold no '%' of their own
        values = dict(part.partition("=")[::2] for part in query.split("&"))
        if where == "/cgi-bin/event":
            return self._event(values, peer)
        command = unquote_plus(values.get("cmd", ""))
        if where == "/cgi-bin/aw_ptz" and command.startswith("#"):
            return Page(await self._paced(command[1:], self._head_command, "eR"))
        if where == "/cgi-bin/aw_cam" and command:
            return Page(await self._paced(command, self._camera_command, "ER"))
        return Page("", 404)

    def _event(self, values: Mapping[str, str], peer: str) -> Page:
        if not values.get("my_port", "").isdecimal():
            return Page("", 400)
        who = peer, int(values["my_port"])
        if values.get("connect") == "start":
            self.subscribers[who] = None
        else:
            self.subscribers.pop(who, None)
        return Page("", 204)

    async def _paced(self, command: str, carry_out: Callable[[str], "str | int"], errors: str) -> str:
        now_s = time.monotonic()
        if now_s - self._last_s < TOO_SOON_S:
            self.hasty.append(command)
        self._last_s = now_s
        answer: str | int = self.faults.refuse if self.faults.refuse is not None else carry_out(command)
        if isinstance(answer, int):
            self.log.append((time.monotonic_ns(), f"refused {command}"))
            return f"{errors}{answer}:{re.split(r'[0-9:]', command)[0]}"
        if command.startswith("R") and not self.subscribers:
            await asyncio.sleep(max(0.0, self._rest_s - time.monotonic()))  # nobody to notify: answered when done
        return answer

    # What commands do. A number is an error.

    _rest_s = 0.0

    def _note(self, what: str) -> None:
        self.log.append((time.monotonic_ns(), what))

    def _head_command(self, text: str) -> "str | int":
        now_s, head = time.monotonic(), self._head
        if text == "O":
            return "p3" if self.powered and now_s < self._awake_s else f"p{int(self.powered)}"
        if found := re.fullmatch(r"O([01])", text):
            return self._switch(found[1] == "1", now_s)
        if not self.powered or now_s < self._awake_s:
            return "pTV80008000---------" if text == "PTV" else 2
        if found := re.fullmatch(r"([RMC])(\d\d)", text):
            return self._preset(found[1], int(found[2]), now_s)
        if found := re.fullmatch(r"PTS(\d\d)(\d\d)", text):
            pan, tilt = ((int(part) - 50) / 49 for part in found.groups())
            self._note("stop" if pan == tilt == 0 else f"drive {_sign(pan)} {_sign(tilt)}")
            head.drive(now_s, pan, tilt)
            return f"pTS{found[1]}{found[2]}"
        if found := re.fullmatch(r"Z(\d\d)", text):
            speed = (int(found[1]) - 50) / 49
            self._note("zoomdrive stop" if speed == 0 else f"zoomdrive {_sign(speed)}")
            if speed == 0:
                head.zoom_stop(now_s)
            else:
                head.zoom_to(now_s, self.travel.zoom_max if speed > 0 else 1.0, abs(speed))
            return f"zS{found[1]}"
        return self._setting(text, now_s)

    def _setting(self, text: str, now_s: float) -> "str | int":
        pan, tilt, zoom = self._counts(now_s)
        if text in ("PTV", "APC"):
            self.asked.append(text)
        match text:
            case "PTV" if self.manners.all_positions:
                return f"pTV{pan:04X}{tilt:04X}{zoom:03X}FFF555"
            case "APC":
                return f"aPC{pan:04X}{tilt:04X}"
            case "GZ":
                return f"gz{zoom:03X}"
            case "UPVS":
                return f"uPVS{self.speed}"
            case "S":
                return "s00" if self.last_recalled is None else f"s{self.last_recalled:02d}"
            case "D10" | "D11":
                self.auto_focus = text == "D11"
                self._note(f"focus {'auto' if self.auto_focus else 'manual'}")
                return f"d1{text[2]}"
            case "DA0" | "DA1" if "head" in self.manners.lamps:
                self.tally = text == "DA1"
                self._note(f"tally red {'on' if self.tally else 'off'}")
                return f"dA{text[2]}"
        if found := re.fullmatch(r"UPVS(\d{3})", text):
            if not 275 <= int(found[1]) <= 999:
                return 3
            self.speed = found[1]
            self._note(f"speed {found[1]}")
            return f"uPVS{found[1]}"
        if found := re.fullmatch(r"F(\d\d)", text):
            if self.auto_focus:
                return 2
            self._note(f"focusdrive {_sign(int(found[1]) - 50)}")
            return f"fS{found[1]}"
        return 1

    def _camera_command(self, text: str) -> "str | int":
        if text == "QID":
            return f"OID:{self.manners.model}"
        if found := re.fullmatch(r"TL([RG]):([01])", text):
            lamp, on = ("red" if found[1] == "R" else "green"), found[2] == "1"
            if lamp not in self.manners.lamps:
                return 1
            if lamp == "red":
                self.tally = on
            else:
                self.green = on
            self._note(f"tally {lamp} {'on' if on else 'off'}")
            return text
        if text == "OSE:69:1":
            self._note("one push")
            return text
        return 1

    def _counts(self, now_s: float) -> tuple[int, int, int]:
        pose = self._head.pose_at(now_s)
        share = self.travel.zoom_counts(pose.zoom) / 0x4000
        return (
            round(0x8000 + pose.pan_deg * COUNTS),
            round(0x8000 - pose.tilt_deg * COUNTS),
            round(0x555 + share * (0xFFF - 0x555)),
        )

    def _preset(self, letter: str, number: int, now_s: float) -> "str | int":
        if letter == "M":
            self.presets[number] = self._head.pose_at(now_s)
            self._note(f"set {number}")
        elif letter == "C":
            self.presets.pop(number, None)
            self._note(f"reset {number}")
        elif number not in self.presets:
            return 3
        else:
            self._note(f"recall {number}")
            pose, self.last_recalled = self.presets[number], number
            rest = max(self._head.point(now_s, pose.pan_deg, pose.tilt_deg), self._head.zoom_to(now_s, pose.zoom))
            travels = rest > now_s + self.travel.latency_s
            self._rest_s = rest + self.travel.settle_s if travels else now_s
            self._recalls += 1
            self._pushes.send(f"s{number:02d}")
            self._later(self._complete(number, self._recalls))
        return f"s{number:02d}"

    async def _complete(self, number: int, which: int) -> None:
        await asyncio.sleep(max(0.02, self._rest_s - time.monotonic()))
        if which == self._recalls:  # a recall that a newer one has overtaken completes never
            self._pushes.send(f"q{number:02d}")

    def _later(self, work: "object") -> None:
        task = asyncio.ensure_future(work)  # type: ignore[call-overload]
        self._tasks.add(task)
        task.add_done_callback(self._tasks.discard)

    def _switch(self, on: bool, now_s: float) -> str:
        self._note("power on" if on else "standby")
        if on and not self.powered:
            self._awake_s = now_s + self.manners.wake_s
        if not on:
            self._head.drive(now_s, 0.0, 0.0)
            self._head.zoom_stop(now_s)
        self.powered = on
        self._pushes.send(f"p{int(on)}")
        return f"p{int(on)}"


def _sign(value: float) -> int:
    return (value > 0) - (value < 0)
