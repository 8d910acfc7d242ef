"""What a VISCA camera answers to inquiries: its state as the bytes between socket and FF."""

from typing import Protocol

from drivers.sim.visca_motion import Pose, Travel
from drivers.sim.visca_orders import FASTEST_PAN, FASTEST_TILT
from drivers.sim.visca_sockets import Manners
from drivers.sim.visca_wire import nibbles

# Vendor 0001 Sony, model 051C BRC-X400, ROM 0100, two sockets.
VERSION = bytes.fromhex("0001051c010002")
MOVING, INITIALISING, INITIALISED = 1, 1, 2


class Readable(Protocol):
    """The state that inquiries read."""

    travel: Travel
    manners: Manners
    powered: bool
    auto_focus: bool
    last_recalled: int
    outcome: int

    @property
    def pose(self) -> Pose: ...
    @property
    def turning(self) -> bool: ...
    @property
    def initialising(self) -> bool: ...
    @property
    def ends(self) -> int: ...
    @property
    def lens_status(self) -> int: ...
    @property
    def focus_counts(self) -> int: ...


def answer(camera: Readable, body: bytes) -> bytes | None:
    """Data for the inquiry whose bytes after 09 are `body`; None for one that the camera does not know."""
    match body:
        case b"\x00\x02":
            return VERSION
        case b"\x04\x00":
            return _on(camera.powered)
        case b"\x04\x38":
            return _on(camera.auto_focus)
        case b"\x04\x3f":
            return bytes((camera.last_recalled,))
        case b"\x04\x47":
            return _zoom(camera)
        case b"\x04\x48":
            return nibbles(camera.focus_counts)
        case b"\x06\x10":
            return _status(camera)
        case b"\x06\x11":
            return bytes((FASTEST_PAN, FASTEST_TILT))
        case b"\x06\x12":
            pose, scale = camera.pose, camera.manners.counts_per_degree
            return nibbles(round(pose.pan_deg * scale)) + nibbles(round(pose.tilt_deg * scale))
        case b"\x7e\x7e\x00":
            return _lens(camera)
        case _:
            return None


def _on(value: bool) -> bytes:
    return b"\x02" if value else b"\x03"


def _zoom(camera: Readable) -> bytes:
    return nibbles(camera.travel.zoom_counts(camera.pose.zoom))


def _status(camera: Readable) -> bytes:
    """All SRG and X400: ends in bits 3:0, motion in 11:10, initialising in 13:12."""
    motion = MOVING if camera.turning else camera.outcome
    ready = INITIALISING if camera.initialising else INITIALISED if camera.powered else 0
    return (ready << 12 | motion << 10 | camera.ends).to_bytes(2)


def _lens(camera: Readable) -> bytes:
    """Zoom in bytes 2..5, focus in 8..11, running motors in byte 14, counted from the address byte."""
    mode = b"\x00\x01" if camera.auto_focus else b"\x00\x00"
    return _zoom(camera) + b"\x00\x00" + nibbles(camera.focus_counts) + mode + bytes((camera.lens_status,))
