"""A VISCA camera behind any of its transports: two sockets, presets, inquiries, and a head that really travels.

Sources: Sony SRG-300H Technical Manual; Sony BRC-X400 Command List; published traces of PTZOptics cameras for the order
of completions. The transports are in visca_services.
"""

import time
from collections import deque
from collections.abc import Callable, Mapping

from drivers.sim.faults import Faults
from drivers.sim.visca_inquiries import answer
from drivers.sim.visca_motion import Axis, Head, Pose, Travel, steady
from drivers.sim.visca_orders import (
    FOCUS_FAR,
    FOCUS_NEAR,
    Drive,
    FocusDrive,
    FocusMode,
    FocusTo,
    Home,
    Nothing,
    Order,
    Point,
    Power,
    Preset,
    PresetSpeed,
    Tally,
    ZoomDrive,
    ZoomTo,
    read_order,
)
from drivers.sim.visca_sockets import Job, Manners, Reply, Sockets
from drivers.sim.visca_wire import (
    BUFFER_FULL,
    LENGTH,
    LONGEST,
    NOT_EXECUTABLE,
    SYNTAX,
    completion,
    error,
    speed_share,
)

__all__ = ["Manners", "Pose", "SimCamera", "Travel"]

NEVER_RECALLED = 0x7F
LOG_LINES = 10_000
FOCUS_COUNTS_S = 0x4000
# Motion field of the pan/tilt status; 1, moving, is read from the head.
NONE, COMPLETED, FAILED = 0, 2, 3


class SimCamera:
    """One camera; give it to one or more services of visca_services.

    Args:
        presets: what is stored, by number counted from 0. ValueError: out of reach of `travel`.
        start: where it looks at first; preset 0 when there is one, else straight ahead.
        travel: how its head and lens move.
        manners: how it behaves on the wire.
        now_s: clock of its motion, seconds, never running backward.
    Attributes:
        faults: misbehaviour, shared by its services.
        presets: stored poses, as clients and set-up leave them.
        powered, tally, green: what it was last told.
        speeds: of recalls as they were set, by preset; None is all. They are kept, not obeyed.
        log: (CLOCK_MONOTONIC ns, what) of each command on arrival: `recall 5`, `set 5`, `drive 1 0`, `stop`, …;
            refused ones begin with `refused`.
    """

    def __init__(
        self,
        presets: Mapping[int, Pose] | None = None,
        *,
        start: Pose | None = None,
        travel: Travel = Travel(),  # noqa: B008  (frozen)
        manners: Manners = Manners(),  # noqa: B008  (frozen)
        now_s: Callable[[], float] = time.monotonic,
    ) -> None:
        self.presets = dict(presets or {})
        for number, pose in self.presets.items():
            if travel.clipped(pose) != pose or not 0 <= number <= manners.highest_preset:
                raise ValueError(f"preset {number} is out of reach: {pose}")
        self.travel, self.manners, self._now_s = travel, manners, now_s
        self._head = Head(start or self.presets.get(0) or Pose(0.0, 0.0), travel)
        self._focus = Axis(float(FOCUS_FAR))
        self.faults = Faults()
        self.powered, self.tally, self.green, self.auto_focus = True, False, False, True
        self.speeds: dict[int | None, int] = {}
        self.last_recalled = NEVER_RECALLED
        self.outcome = NONE
        self.log: deque[tuple[int, str]] = deque(maxlen=LOG_LINES)
        self._awake_s = float("-inf")
        self._sockets = Sockets(manners, travel.latency_s, self._arrived)

    def pose_at(self, now_s: float) -> Pose:
        """Where it looks at a moment of its clock, not before the newest command."""
        return self._head.pose_at(now_s)

    @property
    def pose(self) -> Pose:
        """Where it looks now."""
        return self.pose_at(self._now_s())

    @property
    def moving(self) -> bool:
        """Whether the picture moves now: head or lens."""
        now_s = self._now_s()
        return self._head.pan_tilt_moving(now_s) or self._head.zoom_moving(now_s)

    @property
    def busy(self) -> bool:
        """Whether a command has not completed yet: under way, settling or only just taken."""
        return self._sockets.busy

    @property
    def initialising(self) -> bool:
        """Whether it is still starting after power on."""
        return self.powered and self._now_s() < self._awake_s

    @property
    def turning(self) -> bool:
        """Whether the head turns now."""
        return self._head.pan_tilt_moving(self._now_s())

    @property
    def ends(self) -> int:
        """End stops reached now, as the low bits of the pan/tilt status."""
        return self._head.ends(self._now_s())

    @property
    def lens_status(self) -> int:
        """Bits of the lens block: recall running 4, focus running 2, zoom running 1."""
        now_s = self._now_s()
        focus = any(job.axes and now_s >= job.rest_s for job in self._sockets.newest)
        return self._sockets.recalling << 2 | focus << 1 | self._head.zoom_moving(now_s)

    @property
    def focus_counts(self) -> int:
        """Focus position now."""
        return round(self._focus.at(self._now_s())[0])

    def put(self, pose: Pose) -> None:
        """Somebody has turned the camera by hand: it stands there at once and knows it."""
        self._head = Head(self.travel.clipped(pose), self.travel)

    def close(self) -> None:
        """Drop what is under way; no completion follows."""
        self._sockets.clear(told=False)

    def handle(self, packet: bytes, reply: Reply, address: int = 1) -> None:
        """Take one packet with its FF; `reply` gets each answer when it is due. Answers come from `address`."""
        if not 3 <= len(packet) <= LONGEST:
            reply(error(address, LENGTH))
            return
        kind, body = packet[1], packet[2:-1]
        if kind == 0x01 and body == b"\x00\x01":
            self.close()  # IF_Clear empties the sockets; the head goes on
            reply(completion(address, 0))
        elif kind == 0x01:
            self._command(body, reply, address)
        elif kind == 0x09:
            data = answer(self, body)
            reply(error(address, SYNTAX) if data is None else completion(address, 0, data))
        elif kind & 0xF0 == 0x20 and not body:
            self._cancel(kind & 0x0F, reply, address)
        else:
            reply(error(address, SYNTAX))

    def _command(self, body: bytes, reply: Reply, address: int) -> None:
        at_ns = time.monotonic_ns()
        order = read_order(body, self.manners.highest_preset)
        what = "unknown " + body.hex() if order is None else _told(order)
        free = self._sockets.free
        refusal = self._refusal(order)
        if refusal is None and free is None:
            refusal = BUFFER_FULL
        if refusal is not None or order is None or free is None:
            self.log.append((at_ns, f"refused {what}"))
            socket = free or 1 if refusal == NOT_EXECUTABLE else 0
            reply(error(address, refusal or SYNTAX, socket))
            return
        self.log.append((at_ns, what))
        now_s = self._now_s()
        job = Job(free, address, reply, _axes(order), recall=isinstance(order, Preset) and order.what == "recall")
        job.rest_s = self._execute(order, now_s)
        # A move to where it stands already completes at once.
        travels = job.rest_s > now_s + self.travel.latency_s
        self._sockets.begin(job, job.rest_s - now_s + self.travel.settle_s if travels else 0.0)

    def _refusal(self, order: Order | None) -> int | None:
        if order is None or self._lacks(order):
            return SYNTAX
        if self.faults.refuse is not None:
            return self.faults.refuse
        ready = self.powered and not self.initialising
        if not ready and not (isinstance(order, Power) and not (order.on and self.initialising)):
            return NOT_EXECUTABLE
        match order:
            case Preset("recall", number) if number not in self.presets:
                return NOT_EXECUTABLE
            case FocusTo() | FocusDrive() if self.auto_focus:
                return NOT_EXECUTABLE
            case Home() | Point() | Drive() if self.manners.refuse_in_recall and self._sockets.recalling:
                return NOT_EXECUTABLE
        return None

    def _lacks(self, order: Order) -> bool:
        """Whether this model does not know the command."""
        if isinstance(order, Tally):
            return order.lamp not in self.manners.lamps
        return isinstance(order, PresetSpeed) and order.way != self.manners.speeds

    def _arrived(self, job: Job) -> None:
        if "turn" in job.axes:
            self.outcome = COMPLETED

    def _cancel(self, socket: int, reply: Reply, address: int) -> None:
        self.log.append((time.monotonic_ns(), f"cancel {socket}"))
        job = self._sockets.cancel(socket, reply, address)
        if job is None or job.overtaken_by is not None:
            return
        now_s = self._now_s()
        if "turn" in job.axes:
            self._head.drive(now_s, 0.0, 0.0)
            self.outcome = FAILED
        if "zoom" in job.axes:
            self._head.zoom_stop(now_s)

    def _execute(self, order: Order, now_s: float) -> float:
        """Do it; returns when head and lens stand still, `now_s` for what takes no time."""
        head, scale = self._head, self.manners.counts_per_degree
        match order:
            case Preset("recall", number):
                pose = self.presets[number]
                self.last_recalled = number
                return max(head.point(now_s, pose.pan_deg, pose.tilt_deg), head.zoom_to(now_s, pose.zoom))
            case Preset("set", number):
                self.presets[number] = head.pose_at(now_s)
            case Preset(_, number):
                self.presets.pop(number, None)
            case Point():
                here = head.pose_at(now_s) if order.relative else Pose(0.0, 0.0)
                share = speed_share(order.pan_speed), speed_share(order.tilt_speed)
                return head.point(now_s, here.pan_deg + order.pan / scale, here.tilt_deg + order.tilt / scale, share)
            case Home():
                return head.point(now_s, 0.0, 0.0)
            case Drive():
                self.outcome = NONE
                pan, tilt = order.pan * speed_share(order.pan_speed), order.tilt * speed_share(order.tilt_speed)
                head.drive(now_s, pan, tilt)
            case ZoomTo(counts):
                return head.zoom_to(now_s, self.travel.zoom_at(counts))
            case ZoomDrive(0, _):
                head.zoom_stop(now_s)
            case ZoomDrive(way, speed):
                head.zoom_to(now_s, self.travel.zoom_max if way > 0 else 1.0, (speed + 1) / 8)
            case Power(on):
                self._switch(on, now_s)
            case PresetSpeed(_, speed, speed_of):
                if speed and not self._sockets.recalling:  # "ignored while a recall is running"
                    self.speeds[speed_of] = speed
            case Tally("green", on):
                self.green = on
            case Tally(_, on):
                self.tally = on
            case FocusMode(auto):
                self.auto_focus = not self.auto_focus if auto is None else auto
            case FocusTo(counts):
                self._turn_focus(now_s, counts, 1.0)
            case FocusDrive(0, _):
                self._turn_focus(now_s, self.focus_counts, 1.0)
            case FocusDrive(way, speed):
                self._turn_focus(now_s, FOCUS_FAR if way > 0 else FOCUS_NEAR, (speed + 1) / 8)
            case Nothing():
                pass
        return now_s

    def _turn_focus(self, now_s: float, target: int, share: float) -> None:
        self._focus.turn(now_s, steady(now_s, self._focus.at(now_s)[0], float(target), FOCUS_COUNTS_S * share))

    def _switch(self, on: bool, now_s: float) -> None:
        if on and not self.powered:
            self._awake_s = now_s + self.manners.wake_s
        if not on:
            self._head.drive(now_s, 0.0, 0.0)
            self._head.zoom_stop(now_s)
            self._sockets.clear(told=True)
            self.outcome = NONE
        self.powered = on


def _axes(order: Order) -> frozenset[str]:
    match order:
        case Preset("recall", _):
            return frozenset({"turn", "zoom"})
        case Home() | Point() | Drive():
            return frozenset({"turn"})
        case ZoomTo() | ZoomDrive():
            return frozenset({"zoom"})
    return frozenset()


def _told(order: Order) -> str:
    match order:
        case Preset(what, number):
            return f"{what} {number}"
        case Drive(0, 0) | ZoomDrive(0, _) | FocusDrive(0, _):
            return "stop" if isinstance(order, Drive) else f"{type(order).__name__.lower()} stop"
        case Power(on):
            return "power on" if on else "standby"
        case PresetSpeed(_, speed, number):
            return f"speed {'all' if number is None else number} {speed}"
        case Tally(lamp, on):
            return f"tally {lamp} {'on' if on else 'off'}"
        case Drive(pan, tilt):
            return f"drive {pan} {tilt}"
        case Point(pan, tilt):
            return f"point {pan} {tilt}"
    return type(order).__name__.lower()
