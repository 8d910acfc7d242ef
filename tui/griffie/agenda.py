"""Changing the agenda: add, change, move, withdraw, join, and take over another with its differences in view."""

from collections.abc import Sequence

from chamber.wire import ImportView, ItemView, Order, StateView
from chamber.wire.clerk import (
    AgendaAdd,
    AgendaChange,
    AgendaJoin,
    AgendaMove,
    AgendaReplace,
    AgendaWithdraw,
    DifferenceView,
)
from tui.desk import Desk, Flow
from tui.griffie.files import ask_for_file
from tui.labels import CLOSED_ITEM
from tui.labels import griffie as labels
from tui.screens.ask import Choice
from tui.screens.listing import Act, Listing

ACTION = "agenda"


def item_line(item: ItemView, view: StateView) -> str:
    """An item with everything that was decided about it."""
    mark = "▶" if item.id == view.meeting.item else "✓" if item.handled else " "
    into = next((one.number for one in view.agenda if one.id == item.into), None)
    more = [
        CLOSED_ITEM if item.closed else "",
        labels.WITHDRAWN if item.withdrawn else "",
        labels.TOGETHER.format(number=into) if into else "",
    ]
    tail = ", ".join(filter(None, more))
    return f"{mark} {item.number:<5} {item.title}" + (f" ({tail})" if tail else "")


def _number_problem(text: str) -> str:
    return "" if 0 < len(text) <= 20 else labels.BAD_NUMBER


def _title_problem(text: str) -> str:
    return "" if text else labels.BAD_ITEM_TITLE


class AgendaWork:
    """What the keys of the agenda list do; each reads the newest agenda."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    @property
    def _agenda(self) -> Sequence[ItemView]:
        view = self._desk.facts.view
        return view.agenda if view is not None else ()

    def _find(self, line: str) -> ItemView | None:
        return next((item for item in self._agenda if item.id == line), None)

    async def _give(self, order: Order) -> None:
        await self._desk.give(ACTION, order)

    async def add(self, line: str) -> str | None:
        """A new item behind the marked one."""
        number = await self._desk.write(labels.ASK_NUMBER, _number_problem, limit=20)
        if number is None:
            return None
        title = await self._desk.write(labels.ASK_ITEM_TITLE.format(number=number), _title_problem, limit=300)
        if title is not None:
            await self._give(AgendaAdd(command="agenda.add", number=number, title=title, after=line or None))
        return None

    async def change(self, line: str) -> str | None:
        """Another number or title."""
        item = self._find(line)
        number = item and await self._desk.write(labels.ASK_NUMBER, _number_problem, item.number, 20)
        if not item or not number:
            return None
        question = labels.ASK_ITEM_TITLE.format(number=number)
        title = await self._desk.write(question, _title_problem, item.title, 300)
        if title is not None:
            await self._give(AgendaChange(command="agenda.change", item=line, number=number, title=title))
        return None

    async def phase(self, line: str) -> str | None:
        """Another kind of item, which the director follows."""
        item = self._find(line)
        phases = list(labels.PHASES.items())
        phase = item and await self._desk.choose(labels.ASK_PHASE.format(number=item.number), phases, item.phase)
        if phase:
            order = {"command": "agenda.change", "item": line, "phase": phase}
            await self._give(AgendaChange.model_validate(order))
        return None

    async def shut(self, line: str) -> str | None:
        """Closed or open again; closing asks first, with what the law says."""
        item = self._find(line)
        if item is None:
            return None
        if not item.closed:
            answers = [("no", labels.SHUT_NO), ("yes", labels.SHUT_YES)]
            if await self._desk.choose(labels.ASK_SHUT.format(number=item.number), answers) != "yes":
                return None
        await self._give(AgendaChange(command="agenda.change", item=line, closed=not item.closed))
        return None

    async def up(self, line: str) -> str | None:
        """One place up."""
        ids = [item.id for item in self._agenda]
        at = ids.index(line) if line in ids else 0
        if at == 0:
            self._desk.say("info", labels.ALREADY_FIRST)
        else:
            await self._give(AgendaMove(command="agenda.move", item=line, after=ids[at - 2] if at > 1 else None))
        return None

    async def down(self, line: str) -> str | None:
        """One place down."""
        ids = [item.id for item in self._agenda]
        at = ids.index(line) if line in ids else len(ids)
        if at >= len(ids) - 1:
            self._desk.say("info", labels.ALREADY_LAST)
        else:
            await self._give(AgendaMove(command="agenda.move", item=line, after=ids[at + 1]))
        return None

    async def withdraw(self, line: str) -> str | None:
        """Withdrawn, or back again."""
        if item := self._find(line):
            await self._give(AgendaWithdraw(command="agenda.withdraw", item=line, withdrawn=not item.withdrawn))
        return None

    async def join(self, line: str) -> str | None:
        """Handled together with another, or on its own again."""
        item = self._find(line)
        if item is None:
            return None
        if item.into is not None:
            await self._give(AgendaJoin(command="agenda.join", item=line, into=None))
            return None
        others = [(one.id, f"{one.number} {one.title}") for one in self._agenda if one.id != line and not one.into]
        if not others:
            self._desk.say("info", labels.NOTHING_TO_JOIN)
            return None
        into = await self._desk.choose(labels.ASK_JOIN.format(number=item.number), others)
        if into is not None:
            await self._give(AgendaJoin(command="agenda.join", item=line, into=into))
        return None

    async def read(self, line: str) -> str | None:
        """Another agenda: what would change is shown first."""
        content = await ask_for_file(self._desk)
        if content is not None:
            await self._take_over(content)
        return None

    async def _take_over(self, content: bytes) -> None:
        compared: list[ImportView] = []
        against: list[Sequence[ItemView]] = []

        async def compare() -> bool:
            found = await self._desk.compare(content)
            if isinstance(found, str):
                self._desk.say("refused", labels.COMPARE_FAILED.format(message=found))
                return False
            compared[:], against[:] = [found], [self._agenda]
            return True

        if not await compare():
            return None
        if not compared[0].differences:
            return self._desk.say("info", labels.NO_DIFFERENCES)
        done: list[bool] = []

        async def apply(line: str) -> str | None:
            if against[0] != self._agenda:
                await compare()
                self._desk.say("refused", labels.AGENDA_MOVED_ON)
                return None
            await self._give(AgendaReplace(command="agenda.replace", items=compared[0].items))
            done.append(True)
            return None

        await self._desk.work(
            Listing(
                title=lambda view: labels.DIFFERENCES_TITLE.format(
                    source=compared[0].title or compared[0].source, count=len(compared[0].differences)
                ),
                rows=lambda view: [
                    (str(place), difference_line(difference, compared[0], view))
                    for place, difference in enumerate(compared[0].differences)
                ],
                acts=(Act("o", labels.TAKE_OVER, apply),),
                over=lambda view: bool(done),
            )
        )
        return None


def difference_line(difference: DifferenceView, found: ImportView, view: StateView) -> str:
    """A difference in Dutch, with the item it is about by its number and title."""
    known = {item.id: f"{item.number} {item.title}" for item in view.agenda}
    known |= {item.id: f"{item.number} {item.title}" for item in found.items}
    words = labels.DIFFERENCES[difference.what].format(
        before=difference.before, after=difference.after, item=known.get(difference.item, difference.item)
    )
    return words + (labels.KEPT if difference.kept else "")


def _rows(view: StateView) -> list[Choice]:
    return [(item.id, item_line(item, view)) for item in view.agenda]


async def _agenda(desk: Desk, view: StateView) -> None:
    work = AgendaWork(desk)
    await desk.work(
        Listing(
            title=lambda view: labels.AGENDA_TITLE,
            rows=_rows,
            acts=(
                Act("w", labels.CHANGE, work.change),
                Act("plus", labels.ADD, work.add, always=True),
                Act("o", labels.UP, work.up),
                Act("n", labels.DOWN, work.down),
                Act("i", labels.WITHDRAW, work.withdraw),
                Act("s", labels.JOIN, work.join),
                Act("b", labels.SHUT, work.shut),
                Act("f", labels.PHASE, work.phase),
                Act("l", labels.IMPORT, work.read, always=True),
            ),
            marked=view.meeting.item,
            empty=labels.AGENDA_EMPTY,
        )
    )


FLOWS: dict[str, Flow] = {ACTION: _agenda}
