"""An invented hall and meeting as views of the control API."""

from typing import Any

from chamber.wire import (
    AlarmView,
    CameraView,
    DeviceView,
    ItemView,
    LevelsView,
    MeetingView,
    OnAirView,
    PersonView,
    PublicView,
    SeatView,
    SpeakerView,
    StateView,
)

NOW_MS = 1_795_461_243_000
"""23 November 2026, 20:14:03 in Amsterdam."""

ALLOWED = {
    "planned": ("standby",),
    "standby": ("open", "close_doors", "close", "end"),
    "open": ("suspend", "close_doors", "close", "end"),
    "suspended": ("open", "close_doors", "close", "end"),
    "closing_doors": ("close", "end"),
    "closed": ("reopen_doors",),
    "reopening": ("open", "close_doors", "close", "end"),
    "ended": ("standby", "publish"),
    "published": (),
}

_MEMBERS = (
    ("1", "Anna Wessels", "Dorpsbelang"), ("2", "Bram ter Horst", "Dorpsbelang"), ("3", "Carla Nijland", "Dorpsbelang"),
    ("4", "Dirk Oude Avenhuis", "Lokaal Anders"), ("5", "Els Vrielink", "Lokaal Anders"), ("6", "Fatma Yıldız", "Lokaal Anders"),
    ("7", "Gerrit Leusink", "Groen Noord"), ("8", "Hanneke Pol", "Groen Noord"), ("9", "Ibrahim el Amrani", "Groen Noord"),
    ("10", "Joke Bos", "Vrij & Sociaal"), ("11", "Karel Smit", "Vrij & Sociaal"), ("12", "Lotte van den Berg", "Vrij & Sociaal"),
    ("13", "Mark Hoek", "Ouderenpartij"), ("14", "Nienke Prins", "Ouderenpartij"), ("15", "Otto de Haan", "Jong!"),
    ("16", "Petra Kamp", "Jong!"), ("17", "Quirijn Dam", "Christelijk Sociaal"), ("18", "Rosa Maas", "Christelijk Sociaal"),
    ("19", "Sjoerd Velt", "Lijst Velt"),
)  # fmt: skip


def seats() -> tuple[SeatView, ...]:
    """A chair's table, a horseshoe of 19 members, and a lectern without a person."""
    found = [
        _seat("vz", "VZ", 4.0, 0.0, "Jan Pierik", None, "chair"),
        _seat("gr", "GR", 5.2, 0.0, "Mia Lohuis", None, "clerk"),
        _seat("w1", "W1", 1.6, 0.2, "Tom Haverkate", None, "alderman"),
        _seat("w2", "W2", 6.8, 0.2, "Wil Engbers", None, "alderman"),
        SeatView(id="kat", label="KAT", x_m=4.0, y_m=3.0, cameras=("cam2",)),
    ]
    places = [(0.0, 1.5 + i) for i in range(5)] + [(8.0, 1.5 + i) for i in range(5)]
    places += [(0.9 + i * 0.9, 7.0) for i in range(8)] + [(4.0, 8.0)]
    for (label, name, group), (x, y) in zip(_MEMBERS, places, strict=True):
        found.append(_seat(f"s{label}", label, x, y, name, group, "councillor"))
    return tuple(found)


def _seat(id: str, label: str, x: float, y: float, name: str, group: str | None, role: str) -> SeatView:
    return SeatView(
        id=id, label=label, x_m=x, y_m=y, person=f"p-{id}", name=name, group=group, role=role, cameras=("cam1", "cam3")
    )


AGENDA = tuple(
    ItemView(id=f"i{i}", number=number, title=title, phase="debate", closed=closed, handled=i < 3)
    for i, (number, title, closed) in enumerate(
        (
            ("1", "Opening en vaststelling agenda", False),
            ("1.1", "Besluitenlijst van 9 november", False),
            ("2", "Ingekomen stukken en mededelingen", False),
            ("2.1", "Vragen van raadsleden", False),
            ("3", "Bestemmingsplan Molenkamp en parkeren bij het station", False),
            ("4", "Begroting 2027", False),
            ("4.11", "Motie vreemd: zwembad open op zondag", False),
            ("5", "Aankoop gronden Noord", True),
            ("6", "Sluiting", False),
        )
    )
)


def council() -> tuple[PersonView, ...]:
    """Everybody who sits on a seat, and a guest; members of the council have a vote."""
    sitting = [
        PersonView(id=s.person, name=s.name or "", group=s.group, role=s.role, votes=s.role == "councillor")
        for s in seats()
        if s.person
    ]
    return (*sitting, PersonView(id="p-in1", name="Zeger Inspreker", role="public_speaker"))


def public(state: str) -> PublicView:
    live = state == "open"
    return PublicView(sees=live, hears=live, confirmed_ms=NOW_MS, viewers=14, delay_ms=2000, stream="up")


def meeting(state: str, **more: Any) -> MeetingView:
    values: dict[str, Any] = {
        "id": "2026-11-23-raad",
        "title": "Raadsvergadering 23 november",
        "state": state,
        "since_ms": NOW_MS - 712_000,
        "opened_ms": None if state in ("planned", "standby") else NOW_MS - 2_603_000,
        "item": "i4",
        "allowed": tuple(f"meeting.{step}" for step in ALLOWED[state]),
    }
    return MeetingView(**{**values, **more})


def legs(state: str) -> dict[str, Any]:
    return dict.fromkeys(("video", "audio", "mixer", "mixer_sound"), "open" if state == "open" else "slate")


def view(state: str = "open", **more: Any) -> StateView:
    """The whole view of a meeting in that state; `more` replaces fields."""
    values: dict[str, Any] = {
        "seq": 1,
        "now_ms": NOW_MS,
        "hall": "Raadzaal",
        "organisation": "Gemeente Esdoorn",
        "meeting": meeting(state),
        "agenda": AGENDA,
        "on_air": OnAirView(
            camera="cam2", preset=4, kind="speaker", seat="s12", reason="latest_mic",
            text="Lotte van den Berg kreeg het woord", since_ms=NOW_MS - 32_000,
        ),
        "next_shot": "camera 3 op Karel Smit (eerste in de wachtrij)",
        "speakers": (
            SpeakerView(
                seat="s12", person="p-s12", name="Lotte van den Berg", group="Vrij & Sociaal", role="councillor",
                since_ms=NOW_MS - 34_000,
            ),
        ),
        "queue": ("s11", "s4"),
        "microphones": {s.id: "on" if s.id == "s12" else "request" if s.id in ("s11", "s4") else "off" for s in seats()},
        "seats": seats(),
        "people": (PersonView(id="p-in1", name="Zeger Inspreker", role="public_speaker"),),
        "cameras": {
            "cam1": CameraView(link="up", moving=False, preset=1, on_air=False, picture="live"),
            "cam2": CameraView(link="up", moving=False, preset=4, on_air=True, picture="live"),
            "cam3": CameraView(link="up", moving=True, preset=None, wished=7, on_air=False, picture="live"),
            "cam4": CameraView(link="down", moving=None, preset=None, on_air=False, picture="none"),
        },
        "devices": {
            "cam1": DeviceView(link="up"), "cam2": DeviceView(link="up"), "cam3": DeviceView(link="up"),
            "cam4": DeviceView(link="down", detail="geen antwoord op 10.0.0.14"), "x32": DeviceView(link="up"),
        },
        "legs": legs(state),
        "public": public(state),
        "levels": LevelsView(rms_dbfs=-23.1, peak_dbfs=-11.0),
        "mode": "auto",
        "presentation": {"beamer": "laptop 1", "uitzending": "laptop 1"},
        "presentation_blank": {"beamer": False},
        "presentation_inputs": ("laptop 1", "laptop 2", "documentcamera"),
        "alarms": (
            AlarmView(
                code="camera_down", text="Camera 4 antwoordt niet", advice="de regie gebruikt de andere camera's",
                since_ms=NOW_MS - 240_000,
            ),
        ),
        "preview_url": "http://127.0.0.1:8090/preview",
        "public_url": "https://raad.esdoorn.example/",
    }  # fmt: skip
    return StateView(**{**values, **more})
