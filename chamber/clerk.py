"""What the griffie keeps during a meeting: agenda, presence, votes, guests, and corrections of the index."""

from collections.abc import Callable
from dataclasses import replace

from chamber import wire
from chamber.core import agenda as agendas
from chamber.core import voting
from chamber.core.agenda import Agenda
from chamber.core.domain import AgendaItem, Person, Phase, Role
from chamber.core.errors import RefusedError
from chamber.imports.merge import merge
from chamber.imports.read import read_agenda
from chamber.runtime import Runtime
from chamber.wire import clerk as c

MOST_PEOPLE = 600


class Clerk:
    """Carries out the griffie's orders on a runtime; each is whole or refused with a sentence."""

    def __init__(self, runtime: Runtime) -> None:
        self._run = runtime

    def carry_out(self, order: c.ClerkOrder, account: str) -> None:
        """Carry out one order. Raises RefusedError."""
        match order:
            case c.AttendanceSet(person=person, present=present, at_ms=at_ms):
                self._attend(person, present, at_ms, account)
            case c.VoteCast(person=person, choice=choice):
                self._cast(person, choice, account)
            case c.IndexCorrect(fragment=fragment, person=person):
                if person is not None:
                    self._person(person)
                self._run.record.event("corrected", fragment=fragment, person=person, account=account)
            case c.IndexList(fragment=fragment, listed=listed):
                self._run.record.event("listed", fragment=fragment, listed=listed, account=account)
            case c.FragmentWithhold(fragment=fragment, withheld=withheld):
                self._run.record.event("withheld", fragment=fragment, withheld=withheld, account=account)
            case c.ItemMove(item=item, from_ms=from_ms, at_ms=at_ms):
                agendas.find(self._run.state.agenda, item)
                self._run.record.event("boundary", item=item, from_ms=from_ms, at_ms=at_ms, account=account)
            case c.GuestAdd():
                self._guest(order, account)
            case c.PersonErase(person=person):
                self._erase(person, account)
            case _:
                self._agenda(order, account)

    # ------------------------------------------------------------------------------------------------- agenda

    def _agenda(self, order: c.ClerkOrder, account: str) -> None:
        before = self._run.state.agenda
        match order:
            case c.AgendaAdd():
                item = AgendaItem(
                    agendas.fresh_id(before, order.number), order.number, order.title, Phase(order.phase), order.closed
                )
                after = agendas.add(before, item, order.after)
            case c.AgendaChange():
                phase = None if order.phase is None else Phase(order.phase)
                after = agendas.change(
                    before, order.item, number=order.number, title=order.title, phase=phase, closed=order.closed
                )
            case c.AgendaMove(item=item_id, after=behind):
                after = agendas.move(before, item_id, behind)
            case c.AgendaWithdraw(item=item_id, withdrawn=withdrawn):
                after = agendas.withdraw(before, item_id, withdrawn=withdrawn)
            case c.AgendaJoin(item=item_id, into=into):
                after = agendas.join(before, item_id, into)
                self._run.record.event("joined", item=item_id, into=into, account=account)
            case c.AgendaReplace(items=items):
                fresh = [AgendaItem(i.id, i.number, i.title, Phase(i.phase), i.closed) for i in items]
                state = self._run.state
                after = agendas.put_anew(before, fresh, state.handled | ({state.item} if state.item else set()))
            case _:
                raise TypeError(f"no order of the clerk: {type(order).__name__}")
        self._keep(before, after, account)

    def _keep(self, before: Agenda, after: Agenda, account: str) -> None:
        self._run.state.agenda = after
        self._run.record.agenda(after, account)
        self._run.publish(self._run.clock.now_ms())

    def compare(self, content: bytes, form: str) -> c.ImportView:
        """What an agenda that somebody sent would change; nothing is changed by asking. Raises ImportFailedError."""
        state = self._run.state
        incoming = read_agenda(content, form)
        merged = merge(state.agenda, incoming.items, state.handled | ({state.item} if state.item else set()))
        return c.ImportView.model_validate(
            {
                "source": incoming.source,
                "title": incoming.title,
                "starts": incoming.starts,
                "items": [
                    {"id": i.id, "number": i.number, "title": i.title, "phase": i.phase.value, "closed": i.closed}
                    for i in merged.agenda
                ],
                "differences": [
                    {"what": d.what, "item": d.item, "before": d.before, "after": d.after, "kept": d.kept}
                    for d in merged.differences
                ],
            }
        )

    # ------------------------------------------------------------------------------------------------- presence

    def _attend(self, person: str, present: bool, at_ms: int | None, account: str) -> None:
        self._person(person)
        state = self._run.state
        state.present = state.present | {person} if present else state.present - {person}
        wall_ms = self._run.clock.wall_ms()
        at_ms = wall_ms if at_ms is None else min(at_ms, wall_ms)
        self._run.record.event("attendance", person=person, present=present, at_ms=at_ms, account=account)

    # ---------------------------------------------------------------------------------------------------- votes

    def begin_vote(self, order: wire.VoteBegin) -> None:
        """A vote begins; of a roll call the names in the order in which they are called."""
        state = self._run.state
        names: tuple[str, ...] = ()
        if order.kind == "roll_call_vote":
            names = voting.called(voting.voters(state.hall.people.values(), state.present), order.first)
        state.vote = voting.RollCall(order.kind, state.item, names)
        self._run.record.event("vote_begin", vote=order.kind, item=state.item)

    def _cast(self, person: str, choice: str, account: str) -> None:
        self._run.state.vote = voting.cast(self._run.state.vote, person, choice)
        self._run.record.event("vote_cast", person=person, choice=choice, account=account)

    def record_vote(self, order: wire.VoteRecord, account: str) -> None:
        """The outcome as the chair states it; of a secret ballot only totals are kept, of whatever kind."""
        state = self._run.state
        if state.item is None:
            raise RefusedError("no_item", "Kies eerst het agendapunt waarover gestemd is.")
        counts: tuple[int | None, int | None] = (order.for_count, order.against_count)
        if counts == (None, None) and state.vote is not None and state.vote.counts is not None:
            counts = state.vote.counts
        secret = order.kind == "secret_ballot"
        for total in order.totals if secret else ():
            if total.person is not None:
                self._person(total.person)
            self._run.record.event("ballot_total", person=total.person, count=total.count, account=account)
        self._run.record.event(
            "vote", item=state.item, vote=order.kind, question=order.question, outcome=order.outcome,
            for_count=counts[0], against_count=counts[1], account=account,
        )  # fmt: skip
        state.vote = None

    # --------------------------------------------------------------------------------------------------- people

    def _person(self, person: str) -> Person:
        found = self._run.state.hall.people.get(person)
        if found is None:
            raise RefusedError("unknown_person", f"Er is niemand met kenmerk {person}.")
        return found

    def _people(self, change: Callable[[dict[str, Person]], None]) -> None:
        people = dict(self._run.state.hall.people)
        change(people)
        self._run.state.hall = replace(self._run.state.hall, people=people)

    def _guest(self, order: c.GuestAdd, account: str) -> None:
        run, people = self._run, self._run.state.hall.people
        if len(people) >= MOST_PEOPLE:
            raise RefusedError("too_many_people", f"Meer dan {MOST_PEOPLE} personen kan niet.")
        if order.seat is not None and order.seat not in run.state.hall.seats:
            raise RefusedError("unknown_seat", f"Er is geen plaats {order.seat}.")
        number = next(n for n in range(1, MOST_PEOPLE + 2) if f"gast{n}" not in people)
        guest = Person(f"gast{number}", order.name, Role(order.role))
        self._people(lambda known: known.update({guest.id: guest}))
        run.record.guest(guest)
        if order.seat is not None:
            run.places.welcome(order.seat, guest.id, account, picture=order.hide_picture, name=order.hide_name)

    def _erase(self, person: str, account: str) -> None:
        erased = replace(self._person(person), name=ERASED)
        self._people(lambda known: known.update({person: erased}))
        self._run.record.erase(person, account)
        self._run.stage.wish()
        self._run.publish(self._run.clock.now_ms())


ERASED = "Naam verwijderd"
"""What is shown where somebody's name was erased."""
