"""What the controller measures of itself, as Prometheus metrics in a registry of its own."""

import time

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram

from chamber.core.domain import ShotKind

BUCKETS_S = (0.0001, 0.00025, 0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.1)


class Measures:
    """Counters of one controller run."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self._mic_at_ns = 0
        self._mics = Counter("chamber_microphones_opened", "Microphones opened", registry=self.registry)
        self._recalls = Counter("chamber_recalls", "Preset recalls sent", registry=self.registry)
        self._cuts = Counter("chamber_cuts", "Cuts by kind of shot", ["kind"], registry=self.registry)
        self._delay = Histogram(
            "chamber_mic_to_command_seconds",
            "Microphone reading taken to recall handed to the camera's transport",
            registry=self.registry,
            buckets=BUCKETS_S,
        )
        self.links = Gauge("chamber_link_up", "1 while a supervised link is up", ["name"], registry=self.registry)
        self.open = Gauge("chamber_meeting_open", "1 while the meeting is public", registry=self.registry)
        self.alarms = Gauge("chamber_alarms", "Alarms that hold now", registry=self.registry)

    def microphone(self) -> None:
        """A microphone opened just now."""
        self._mics.inc()
        self._mic_at_ns = time.perf_counter_ns()

    def recall(self) -> None:
        """A recall was handed over just now; the first one after a microphone is its answer."""
        self._recalls.inc()
        if self._mic_at_ns:
            self._delay.observe((time.perf_counter_ns() - self._mic_at_ns) / 1e9)
            self._mic_at_ns = 0

    def settled(self) -> None:
        """The microphone's event has been dealt with; a later recall is not its answer."""
        self._mic_at_ns = 0

    def cut(self, kind: ShotKind) -> None:
        """A cut was made."""
        self._cuts.labels(kind.value).inc()
