"""What the operator orders of cameras: recall, store, drive, focus, power, and the walk through all seats."""

import asyncio
from asyncio import TimerHandle
from contextlib import suppress

from chamber.core.director import model as d
from chamber.core.domain import MeetingState
from chamber.core.errors import DeviceError, RefusedError
from chamber.ports import Camera
from chamber.runtime import Runtime
from chamber.survey import Survey, stops
from chamber.wire import cameras as c


class CameraOrders:
    """Carries them out on a runtime; refusals are sentences."""

    def __init__(self, runtime: Runtime) -> None:
        self._run = runtime
        self._holds: dict[str, TimerHandle] = {}
        self._stopping: set[asyncio.Task[None]] = set()

    async def carry_out(self, order: c.CameraOrder, account: str) -> None:
        """Raises RefusedError, DeviceError."""
        match order:
            case c.CameraRecall():
                self._recall(order)
            case c.CameraStore():
                await self._store(order.camera, self._preset(order), account)
            case c.CameraDrive():
                await self._drive(order)
            case c.CameraFocus():
                await self._focus(order)
            case c.CameraPower():
                await self._power(order)
            case c.SurveyStart():
                self._start(order)
            case c.SurveyStep():
                await self._step(order, account)

    def _camera(self, name: str) -> Camera:
        camera = self._run.out.cameras.get(name)
        if camera is None:
            raise RefusedError("unknown_camera", f"Er is geen camera {name}.")
        return camera

    def _guard_on_air(self, name: str, force: bool) -> None:
        if name in self._run.stage.airing() and not force:
            raise RefusedError("on_air", f"{name} is in beeld; bewegen kan alleen na een tweede bevestiging.")

    def _taken(self, name: str, preset: int | None, *, force: bool = False) -> None:
        """The operator works with this camera: it gets this wish, and the director leaves it alone."""
        self._run.stage.send_camera(name, preset, "operator", forced=force)
        if preset is None or name not in self._run.stage.airing():
            self._run.direct(d.CameraDisturbed(self._run.clock.now_ms(), name))

    def _recall(self, order: c.CameraRecall) -> None:
        self._camera(order.camera)
        self._guard_on_air(order.camera, order.force)
        self._taken(order.camera, order.preset, force=order.force)

    def _preset(self, order: c.CameraStore) -> int:
        if order.preset is not None:
            return order.preset
        seat = self._run.state.hall.seats.get(order.seat or "")
        if seat is None:
            raise RefusedError("unknown_seat", f"Er is geen plaats {order.seat}.")
        found = [shot.preset for shot in seat.shots if shot.camera == order.camera]
        alone = [p for p in found if sum(s.seats == (seat.id,) for s in stops(self._run.state.hall) if s.preset == p)]
        if not found:
            raise RefusedError(
                "no_preset",
                f"Plaats {seat.label} heeft geen stand op {order.camera}; zet er een bij shots in de configuratie.",
            )
        return (alone or found)[0]

    async def _store(self, name: str, preset: int, account: str) -> None:
        await self._camera(name).store(preset)
        self._run.record.event("preset_stored", camera=name, preset=preset, account=account)

    async def _drive(self, order: c.CameraDrive) -> None:
        camera = self._camera(order.camera)
        self._guard_on_air(order.camera, order.force)
        if hold := self._holds.pop(order.camera, None):
            hold.cancel()
        self._run.stage.send_camera(order.camera, None, "operator", forced=order.force)
        if order.hold_ms is not None and (order.pan or order.tilt or order.zoom):
            loop = asyncio.get_running_loop()
            self._holds[order.camera] = loop.call_later(order.hold_ms / 1000, self._let_go, order.camera)
        await camera.drive(order.pan, order.tilt, order.zoom)
        self._run.direct(d.CameraDisturbed(self._run.clock.now_ms(), order.camera))

    def _let_go(self, name: str) -> None:
        """Nobody holds the key any more."""
        self._holds.pop(name, None)

        async def stop() -> None:
            with suppress(DeviceError):  # a driver that has lost its camera stops it at the next connect
                await self._camera(name).drive(0, 0, 0)

        task = asyncio.create_task(stop())
        self._stopping.add(task)
        task.add_done_callback(self._stopping.discard)

    async def _focus(self, order: c.CameraFocus) -> None:
        camera = self._camera(order.camera)
        if order.action in ("near", "far", "one_push"):
            self._guard_on_air(order.camera, order.force)
            self._run.stage.send_camera(order.camera, None, "operator", forced=order.force)
        await camera.focus(order.action)

    async def _power(self, order: c.CameraPower) -> None:
        camera = self._camera(order.camera)
        if not order.on:
            self._guard_on_air(order.camera, order.force)
            self._taken(order.camera, None, force=order.force)
        await camera.power(order.on)

    # ----------------------------------------------------------------------------------------------- the walk

    def _start(self, order: c.SurveyStart) -> None:
        run = self._run
        if run.state.meeting.state is MeetingState.OPEN and not order.force:
            raise RefusedError(
                "meeting_open", "Er is een openbare vergadering; inmeten kan dan alleen na een tweede bevestiging."
            )
        if order.camera is not None:
            self._camera(order.camera)
        todo = stops(run.state.hall, order.camera)
        if not todo:
            raise RefusedError("nothing_to_survey", "Er is geen camerastand om in te meten.")
        run.cameras.survey = survey = Survey(run.state, run.stage.airing, self._taken, todo, order.by_itself)
        survey.advance(run.clock.now_ms())

    async def _step(self, order: c.SurveyStep, account: str) -> None:
        survey, now_ms = self._run.cameras.survey, self._run.clock.now_ms()
        stop = survey.stop if survey is not None else None
        if survey is None or stop is None:
            raise RefusedError("no_survey", "Er wordt nu niet ingemeten.")
        if order.command == "survey.abort":
            survey.abort()
        elif order.command == "survey.next":
            survey.advance(now_ms)
        elif survey.view().phase == "moving":
            raise RefusedError("camera_moves", f"{stop.camera} is nog onderweg; wacht tot het beeld stilstaat.")
        else:
            await self._store(stop.camera, stop.preset, account)
            survey.kept(self._run.clock.now_ms())
