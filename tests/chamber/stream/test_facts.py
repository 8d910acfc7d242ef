"""Facts are released with the picture of the same moment."""

from typing import Any

from chamber.stream.facts import FactsTrack, now_payload


def facts(at_ms: int, **values: Any) -> dict[str, Any]:
    blank = {
        "state": "open",
        "since_ms": 1,
        "resumes_at": None,
        "meeting": None,
        "item": None,
        "next": None,
        "speaker": None,
    }
    return {**blank, "at_ms": at_ms, **values}


SPEAKER = {"name": 'Jan "de Boer"\n Jansen', "group": "Waterbeek Lokaal", "role": "Raadslid"}


def test_a_name_appears_with_its_picture_and_not_before() -> None:
    track = FactsTrack()
    track.add(facts(1000))
    track.add(facts(5000, speaker=SPEAKER))
    assert track.at(4999)["speaker"] is None
    assert track.at(5000)["speaker"] == SPEAKER
    assert track.at(0)["state"] == "planned"
    assert track.at(None)["speaker"] == SPEAKER


def test_marks_carry_what_changed_and_are_safe_between_quotes() -> None:
    track = FactsTrack()
    track.add(facts(1000))
    track.add(facts(5000, speaker=SPEAKER))
    track.add(facts(9000))
    marks = track.marks(0, 20_000)
    assert [(m.kind, m.capture_ms) for m in marks] == [("state", 1000), ("speaker", 5000), ("speaker", 9000)]
    assert dict(marks[1].attributes)["X-NAME"] == "Jan ”de Boer”  Jansen"
    assert marks[2].attributes == ()
    assert len({m.id for m in marks}) == 3


def test_a_late_joiner_gets_what_held_before_the_window() -> None:
    track = FactsTrack()
    track.add(facts(1000))
    track.add(facts(5000, speaker=SPEAKER))
    assert [m.kind for m in track.marks(60_000, 90_000)] == ["state", "speaker"]
    assert [m.kind for m in track.marks(0, 4000)] == ["state"]


def test_facts_for_an_earlier_moment_replace_what_was_to_come() -> None:
    track = FactsTrack()
    track.add(facts(5000, speaker=SPEAKER))
    track.add(facts(4000, state="suspended"))
    assert track.at(6000)["speaker"] is None
    assert [m.kind for m in track.marks(0, 9000)] == ["state"]


def test_the_public_payload_has_no_ids() -> None:
    item = {"id": "secret", "number": "4", "title": "Bestemmingsplan"}
    payload = now_payload(facts(1, item=item, next=item, speaker=SPEAKER), live=True)
    assert payload["item"] == {"number": "4", "title": "Bestemmingsplan"}
    assert payload["live"] is True
    assert "secret" not in str(payload)


def test_who_spoke_in_withdrawn_time_is_withdrawn_too() -> None:
    track = FactsTrack()
    track.add(facts(1000))
    track.add(facts(5000, speaker=SPEAKER))
    track.add(facts(6000, state="suspended"))
    track.add(facts(9000, state="open"))
    track.withdraw(4000, 7000)
    assert track.at(5500)["speaker"] is None
    assert track.at(6500)["state"] == "suspended"
    assert all(m.kind == "state" for m in track.marks(0, 20_000))
