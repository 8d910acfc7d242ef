"""An invented evening with the edge cases of the record, as the archive gets it."""

from datetime import UTC, datetime

from chamber.core.domain import AgendaItem, Group, Hall, Person, Phase, Role, Seat
from chamber.core.dossier import Dossier, Media, Place
from chamber.core.index.fold import index_of
from chamber.core.turns import Rules
from tests.chamber.core.journals import Story

START_MS = 1_795_458_600_000  # 2026-11-23 19:30:00 +01:00
NOW = datetime(2026, 11, 24, 9, 0, tzinfo=UTC)
SECRET_NAME = "Wil van den Geheim"
CLOSED_TITLE = "Grond van mevrouw Zwijgzaam"

HALL = Hall(
    "Raadzaal Waterbeek",
    seats={
        name: Seat(name, f"Plaats {name}", "desk", name, 0, 0, shared=name == "lectern")
        for name in ("chair", "a", "b", "c", "lectern")
    },
    people={
        "p1": Person("p1", "Noor van Dijk", Role.CHAIR, seat="chair"),
        "p2": Person("p2", "Jan de Boer", Role.GROUP_LEADER, "g1", "a"),
        "p3": Person("p3", "Elif Yılmaz", Role.COUNCILLOR, "g2", "b"),
        "p4": Person("p4", "=Bram <b>Formule</b>", Role.COUNCILLOR, "g1", "c"),
        "p5": Person("p5", "Ada Afwezig", Role.COUNCILLOR, "g2"),
        "wilgeheim": Person("wilgeheim", SECRET_NAME, Role.PUBLIC_SPEAKER),
        "gast2": Person("gast2", "Sam Open", Role.PUBLIC_SPEAKER),
    },
    groups={"g1": Group("g1", "Waterbeek Lokaal"), "g2": Group("g2", "Groen & Blauw")},
    chair_seat="chair",
)
AGENDA = (
    AgendaItem("i1", "1", "Opening", Phase.OPENING),
    AgendaItem("i2", "2", "Inspreekronde", Phase.PUBLIC_SPEAKERS),
    AgendaItem("i3", "3.1", "Bestemmingsplan <Beekzicht>\x07"),
    AgendaItem("i4", "A", CLOSED_TITLE, closed=True),
    AgendaItem("i5", "5", "Motie fietspad"),
    AgendaItem("i6", "6", "Ingetrokken voorstel", withdrawn=True),
    AgendaItem("i7", "7", "Benoeming", Phase.SECRET_BALLOT, into="i5"),
)


def story() -> Story:
    """Half an hour: opening, insprekers, debate, a closed part, a roll call, a secret ballot, item 3.1 again."""
    told = Story(START_MS)
    for person in ("p1", "p2", "p3", "p4"):
        told(1, "attendance", person=person, present=True, at_ms=told.ms(1))
    told.open(10).item(10, "i1").says("chair", 12, 40)
    told.item(60, "i2")(61, "assign", seat="lectern", person="wilgeheim")
    told(61, "seat_privacy", seat="lectern", hide_picture=True, hide_name=True).says("lectern", 62, 120)
    told(121, "seat_privacy", seat="lectern", hide_picture=False, hide_name=False)
    told(121, "assign", seat="lectern", person="gast2").says("lectern", 130, 180)
    told.item(200, "i3").says("a", 201, 260).says("b", 262, 263.5).says("c", 270, 300)
    told(301, "withheld", fragment=f"f{told.ms(270)}", withheld=True)
    told.shut(310, "closed")
    told(900, "started").open(910).item(910, "i5")(911, "joined", item="i7", into="i5").says("b", 912, 960)
    told(961, "attendance", person="p4", present=False, at_ms=told.ms(961))
    told(970, "vote_begin", vote="roll_call_vote", item="i5")
    for person, choice in (("p2", "for"), ("p3", "against"), ("p4", "abstained")):
        told(971, "vote_cast", person=person, choice=choice)
    outcome = {"item": "i5", "question": "motion", "for_count": 1, "against_count": 1}
    told(980, "vote", vote="roll_call_vote", outcome="tied", **outcome)
    told(981, "note", note="n1", about="commitment")(982, "note", note="n2", about="note")
    told(990, "vote_begin", vote="secret_ballot", item="i7")(995, "ballot_total", person="p3", count=2)
    told(995, "ballot_total", person=None, count=1)
    told(996, "vote", vote="secret_ballot", outcome="adopted", item="i7", question="proposal",
         for_count=None, against_count=None)  # fmt: skip
    told.item(1000, "i3").says("a", 1002, 1030).says("lectern", 1031, 1040)
    told(1041, "corrected", fragment=f"f{told.ms(1031)}", person=None)
    return told.shut(1100, "ended")


def media(told: Story) -> tuple[Media, ...]:
    """Two recordings: what is behind closed doors lies between them."""
    return (
        Media("opname-1", "opname-1.mp4", ((told.ms(10), told.ms(310)),), size_bytes=9, sha256="0" * 64),
        Media("opname-2", "opname-2.mp4", ((told.ms(910), told.ms(1100)),), size_bytes=9, sha256="1" * 64),
    )


def dossier() -> Dossier:
    """The meeting as it is kept."""
    told = story()
    groups = {person.id: person.group for person in HALL.people.values() if person.group}
    return Dossier(
        "2026-11-23", "Raadsvergadering 23 november 2026",
        Place("Gemeente Waterbeek", "gm0000", "Gemeenteraad", "Europe/Amsterdam"),
        HALL, AGENDA, index_of(told.lines, HALL, Rules(groups=groups)),
        {"n1": "De wethouder komt met een nota", "n2": "Koffie is op"}, media(told),
    )  # fmt: skip
