"""What the controller measures of itself, as Prometheus metrics in a registry of its own."""

import time
from collections.abc import Mapping
from typing import Any

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chamber.core.domain import ShotKind

MIXER = {
    "mixer_late_ticks": "Frames that the mixer put out late, since it started",
    "mixer_tick": "Frames that the mixer has put out",
}
STREAM = {
    "stream_viewers": "Players that follow the stream, estimated",
    "stream_parts": "Parts published",
    "stream_closures": "Times the gate closed",
    "stream_repeated_frames": "Frames repeated because none came in time",
    "stream_encoder_restarts": "Times the encoder was started anew after it had failed",
    "stream_bytes_out": "Bytes sent to the public",
}
BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1)


class Measures:
    """Counters of one controller run."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._mic_at_ns = self._recall_at_ns = self._recalled = 0
        self._mics = Counter("chamber_microphones_opened", "Microphones opened", registry=self.registry)
        self._recalls = Counter("chamber_recalls", "Preset recalls sent", registry=self.registry)
        self._cuts = Counter("chamber_cuts", "Cuts by kind of shot", ["kind"], registry=self.registry)
        self._delay = Histogram(
            "chamber_mic_to_command_seconds",
            "Microphone reading taken to recall handed to the camera's transport",
            registry=self.registry,
            buckets=BUCKETS_S,
        )
        self._links = Gauge("chamber_link_up", "1 while a supervised link is up", ["name"], registry=self.registry)
        self._open = Gauge("chamber_meeting_open", "1 while the meeting is public", registry=self.registry)
        self._alarms = Gauge("chamber_alarms", "Alarms that hold now", registry=self.registry)
        self._said = {
            name: Gauge(f"chamber_{name}", text, registry=self.registry) for name, text in {**MIXER, **STREAM}.items()
        }

    def microphone(self) -> None:
        """A microphone opened just now."""
        self._mic_at_ns = time.perf_counter_ns()
        self._recall_at_ns = 0

    def recall(self) -> None:
        """A recall was handed over just now; the first one after a microphone is its answer."""
        self._recall_at_ns = self._recall_at_ns or time.perf_counter_ns()
        self._recalled += 1

    def settled(self) -> None:
        """An event has been dealt with: count it, now that nothing waits for it any more."""
        self._recalls.inc(self._recalled)
        self._recalled = 0
        if self._mic_at_ns:
            self._mics.inc()
            if self._recall_at_ns:
                self._delay.observe((self._recall_at_ns - self._mic_at_ns) / 1e9)
        self._mic_at_ns = 0

    def link(self, name: str, up: bool) -> None:
        """A supervised link changed."""
        self._links.labels(name).set(up)

    def state(self, is_open: bool, alarms: int) -> None:
        """Where the meeting stands."""
        self._open.set(is_open)
        self._alarms.set(alarms)

    def said(self, peer: str, known: Mapping[str, Any]) -> None:
        """Take over the counters that the mixer or the stream reports."""
        for name in MIXER if peer == "mixer" else STREAM:
            value = known.get(name.removeprefix(f"{peer}_"))
            if isinstance(value, int):
                self._said[name].set(value)

    def cut(self, kind: ShotKind) -> None:
        """A cut was made."""
        self._cuts.labels(kind.value).inc()
