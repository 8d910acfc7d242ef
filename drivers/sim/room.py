"""A whole hall on loopback: microphones, cameras, presentation switcher, pictures and sound, and hands to press the buttons."""

import asyncio
import math
from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AsyncExitStack
from types import TracebackType
from typing import Self

from drivers.sim.desks import Desk
from drivers.sim.faults import Faults
from drivers.sim.feeds import PictureFeed, SlideFeed, SoundFeed, boottime_ms
from drivers.sim.panasonic import AwManners, SimPanasonic
from drivers.sim.panorama import Panorama
from drivers.sim.pictures import CameraPicture
from drivers.sim.room_plan import PRESENTATION, SOUND, CameraWire, RoomPlan, SwitcherPlan, stored_presets
from drivers.sim.scenery import CameraPlan, PoseLike, View
from drivers.sim.script import Step
from drivers.sim.sis import SimSis
from drivers.sim.slides import Slides
from drivers.sim.visca import Pose, SimCamera
from drivers.sim.visca_services import RawTcp, RawUdp, SerialChain, SonyUdp
from drivers.sim.voices import Voices


class Room:
    """The hall at work. Use as `async with Room(plan, desks) as room:` or with start() and close().

    Args:
        plan: what stands where.
        desks: the microphone systems by id; the hall starts and closes them.
    Attributes:
        desks: as given.
        cameras: by id; what they look at, their faults and logs.
        services: by camera id; a UDP or TCP one has `port`, a serial one `port.path`.
        switcher: the presentation switcher, if there is one; its serial port is `switcher.path`.
        feeds: pictures by camera id and `presentation`.
        sound: the sound's feed, if there is one.
        voices: who sounds how.
    """

    def __init__(self, plan: RoomPlan, desks: Mapping[str, Desk]) -> None:
        self.plan, self.desks = plan, dict(desks)
        self.cameras: dict[str, SimCamera | SimPanasonic] = {}
        self.services: dict[str, CameraService] = {}
        for camera_id, wire in plan.wires.items():
            camera = _camera(stored_presets(plan, camera_id), wire)
            self.cameras[camera_id] = camera
        for camera_id, wire in plan.wires.items():
            self.services[camera_id] = self._line(wire) or _service(self.cameras[camera_id], wire)
        self.switcher = _switcher(plan.switcher) if plan.switcher else None
        self.voices = Voices(
            [seat.id for seat in plan.hall.seats], tones=plan.tones, stamp=boottime_ms if plan.barcode else None
        )
        self.feeds: dict[str, PictureFeed | SlideFeed] = {}
        self.sound: SoundFeed | None = None
        self._stack = AsyncExitStack()

    async def start(self) -> None:
        """Switch everything on: devices at once, each picture as soon as it is drawn.

        Raises:
            OSError: an address is taken.
        """
        async with AsyncExitStack() as stack:
            for desk in self.desks.values():
                await desk.start()
                stack.push_async_callback(desk.close)
            for service in dict.fromkeys(self.services.values()):
                await stack.enter_async_context(service)
            for camera in self.cameras.values():
                if isinstance(camera, SimCamera):
                    stack.callback(camera.close)
            if self.switcher:
                await stack.enter_async_context(self.switcher)
            await self._start_feeds(stack)
            self._stack = stack.pop_all()

    async def close(self) -> None:
        """Switch everything off."""
        await self._stack.aclose()

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, exc: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    # What people do.

    async def open_mic(self, seat: str) -> int:
        """Somebody presses the button of a seat's microphone; returns when, in ns of CLOCK_MONOTONIC."""
        system, channel = self.plan.channels[seat]
        return self.desks[system].open_mic(channel)

    async def close_mic(self, seat: str) -> int:
        """Somebody closes a seat's microphone; returns when, in ns of CLOCK_MONOTONIC."""
        system, channel = self.plan.channels[seat]
        return self.desks[system].close_mic(channel)

    async def request(self, seat: str) -> int:
        """Somebody asks for the floor; returns when, in ns of CLOCK_MONOTONIC. LookupError: their system knows none."""
        system, channel = self.plan.channels[seat]
        return self.desks[system].request(channel)

    def panel_tie(self, source: str, output: str | None = None) -> None:
        """Somebody at the switcher's panel puts an input on an output, the programme's when None. KeyError: no such."""
        plan, switcher = self._switcher_parts()
        switcher.panel_tie(plan.outputs[output or plan.programme], plan.inputs[source])

    def turn_by_hand(self, camera: str, view: PoseLike) -> None:
        """Somebody turns a camera; it stands there at once."""
        self.cameras[camera].put(Pose(view.pan_deg, view.tilt_deg, view.zoom))

    async def do(self, step: Step) -> None:
        """Do one step of a script that people do. ValueError: it is the operator's."""
        match step.kind:
            case "mic_on":
                await self.open_mic(step.what)
            case "mic_off":
                await self.close_mic(step.what)
            case "panel":
                self.panel_tie(step.what, str(step.values["output"]))
            case _:
                raise ValueError(f"{step.what} is an order for the control API")

    # What is so.

    @property
    def open_seats(self) -> frozenset[str]:
        """Seats whose microphone is open, by whomever."""
        microphones = self.plan.channels.items()
        return frozenset(seat for seat, (system, channel) in microphones if self.desks[system].is_open(channel))

    @property
    def presented(self) -> str | None:
        """Name of the input on the programme output, None for none or one without a name."""
        if self.switcher is None or self.plan.switcher is None:
            return None
        plan = self.plan.switcher
        source = self.switcher.video(plan.outputs[plan.programme])
        return next((name for name, number in plan.inputs.items() if number == source), None)

    def seat_in_view(self, camera: str) -> str | None:
        """The seat whose preset a camera stands on, None while it moves or stands elsewhere."""
        device, wire = self.cameras[camera], self.plan.wires[camera]
        if device.moving:
            return None
        seats = [wire.presets[number] for number, pose in device.presets.items() if _same(pose, device.pose)]
        return next((shown[0] for shown in seats if len(shown) == 1), None)

    def faults(self, device: str) -> Faults:
        """What a camera, a microphone system or the `switcher` does wrong; set its fields."""
        if device in self.desks:
            return self.desks[device].faults
        if device == "switcher":
            return self._switcher_parts()[1].faults
        return self.cameras[device].faults

    # What goes wrong.

    async def cut_power(self, camera: str) -> None:
        """A camera goes dark: no control, no picture."""
        if camera in self.services:
            await self.services[camera].close()
            if isinstance(device := self.cameras[camera], SimCamera):
                device.close()
        if camera in self.feeds:
            await self.feeds[camera].close()

    async def restore_power(self, camera: str) -> None:
        """A dark camera comes back at the same address, looking where it looked."""
        if camera in self.services:
            await self.services[camera].start()
        if camera in self.feeds:
            await self.feeds[camera].start()

    async def cut_desk(self, system: str) -> None:
        """A microphone system loses its network; its settings stay, and people go on pressing buttons."""
        await self.desks[system].close()

    async def restore_desk(self, system: str) -> None:
        """It is back at the same address."""
        await self.desks[system].start()

    def unplug_switcher(self) -> None:
        """Pull the switcher's serial cable."""
        self._switcher_parts()[1].port.unplug()

    def replug_switcher(self) -> None:
        """Plug it in again."""
        self._switcher_parts()[1].port.replug()

    # How it is put together.

    def _line(self, wire: CameraWire) -> "CameraService | None":
        """The serial line of this name, made once; None for a camera that hangs on none with a name."""
        if wire.kind != "serial" or wire.path is None:
            return None
        members = sorted((other.address, name) for name, other in self.plan.wires.items() if other.path == wire.path)
        shared = next((self.services[name] for _, name in members if name in self.services), None)
        chained = [camera for _, name in members if isinstance(camera := self.cameras[name], SimCamera)]
        return shared or SerialChain(chained, wire.path)

    def _switcher_parts(self) -> tuple[SwitcherPlan, SimSis]:
        if self.plan.switcher is None or self.switcher is None:
            raise LookupError("this hall has no presentation switcher")
        return self.plan.switcher, self.switcher

    async def _start_feeds(self, stack: AsyncExitStack) -> None:
        sockets, size = self.plan.sockets, (self.plan.width, self.plan.height)
        if SOUND in sockets:
            self.sound = SoundFeed(sockets[SOUND], self.voices, ppm=self.plan.sound_ppm, follow=lambda: self.open_seats)
            await stack.enter_async_context(self.sound)
        if PRESENTATION in sockets and self.plan.switcher:
            slides = Slides(dict(self.plan.switcher.decks), *size)
            feed = SlideFeed(sockets[PRESENTATION], slides, lambda: self.presented, size)
            self.feeds[PRESENTATION] = await stack.enter_async_context(feed)
        shown = [camera for camera in self.plan.hall.cameras if camera.id in sockets]
        workers = ThreadPoolExecutor(2, thread_name_prefix="draw")
        stack.callback(workers.shutdown, cancel_futures=True)
        loop = asyncio.get_running_loop()
        drawing = [loop.run_in_executor(workers, Panorama, self.plan.hall, camera) for camera in shown]
        if SOUND in sockets:
            # nobody waits for these: a voice that is needed sooner is made then
            for seat in self.plan.hall.seats:
                workers.submit(self.voices.prepare, seat.id)
        for camera, panorama in zip(shown, drawing, strict=True):
            await stack.enter_async_context(self._picture(camera, await panorama))

    def _picture(self, camera: CameraPlan, panorama: Panorama) -> PictureFeed:
        size = (self.plan.width, self.plan.height)
        device = self.cameras.get(camera.id)
        still = View(0.0, camera.tilt_deg, 1.0)
        feed = PictureFeed(
            self.plan.sockets[camera.id],
            CameraPicture(self.plan.hall, panorama, *size),
            (lambda: device.pose) if device else (lambda: still),
            size,
            lit=lambda: self.open_seats,
            barcode=self.plan.barcode,
            number=[c.id for c in self.plan.hall.cameras].index(camera.id),
            moving=(lambda: device.moving) if device else bool,
        )
        self.feeds[camera.id] = feed
        return feed


def _same(one: Pose, other: Pose) -> bool:
    """Whether two poses differ by no more than what arithmetic leaves."""
    pairs = (one.pan_deg, other.pan_deg), (one.tilt_deg, other.tilt_deg), (one.zoom, other.zoom)
    return all(math.isclose(a, b, rel_tol=0.0, abs_tol=1e-6) for a, b in pairs)


CameraService = SonyUdp | RawTcp | RawUdp | SerialChain | SimPanasonic


def _camera(presets: Mapping[int, Pose], wire: CameraWire) -> SimCamera | SimPanasonic:
    if wire.kind == "panasonic":
        manners = AwManners(login=wire.login)
        return SimPanasonic(presets, wire.host, wire.port, travel=wire.travel, manners=manners)
    return SimCamera(presets, manners=wire.manners, travel=wire.travel)


def _service(camera: SimCamera | SimPanasonic, wire: CameraWire) -> CameraService:
    if isinstance(camera, SimPanasonic):
        return camera
    match wire.kind:
        case "udp":
            return SonyUdp(
                camera, wire.host, wire.port, answer_port=wire.answer_port, shared=wire.answer_port is not None
            )
        case "tcp":
            return RawTcp(camera, wire.host, wire.port)
        case "raw-udp":
            return RawUdp(camera, wire.host, wire.port)
        case _:
            return SerialChain([camera], wire.path)


def _switcher(plan: SwitcherPlan) -> SimSis:
    return SimSis(
        plan.path,
        inputs=max(plan.inputs.values()),
        outputs=max(plan.outputs.values()),
        host=plan.host,
        tcp_port=plan.tcp_port,
    )
