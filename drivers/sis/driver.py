"""One session with an Extron switcher: log in, read every tie and black picture, follow notices, bring wishes about."""

import asyncio
from collections import deque
from dataclasses import dataclass

from chamber.core.errors import DeviceAuthError, DeviceRejectedError, DeviceUnreachableError
from chamber.core.reasons import why
from chamber.ports import BlankReading, Clock, Emit, IdentityReading, OrderRefused, Ready, RouteReading
from drivers.sis import codec, mutes
from drivers.sis.codec import (
    BUSY,
    Banner,
    Digits,
    Event,
    Failed,
    Information,
    Layer,
    LineParser,
    LoggedIn,
    Muted,
    Mutes,
    PasswordPrompt,
    PresetRecalled,
    Resync,
    Tie,
    Verbose,
)
from drivers.sis.diff import Route, diff
from drivers.sis.lines import Line
from drivers.sis.mutes import Family
from drivers.transport import Pipe

TICK_S = 0.05
ANSWER_MS = 2000
LOOK_MS = 500  # for the question whether a picture is black, which not every unit knows
GREETING_MS = 1500  # a unit that says nothing by then wants commands
PROMPT_MS = 400  # a prompt follows the greeting within this
KEEP_ALIVE_MS = 30_000  # the unit hangs up after five minutes of silence
BUSY_RETRY_MS = 500
BUSY_TRIES = 5
VERBOSE_MODE = 3
IDENTITY = (codec.ASK_INFORMATION, codec.ASK_PART, codec.ASK_FIRMWARE)


@dataclass(slots=True, eq=False)
class _Command:
    """One command.

    `output` for the question which input is on it, `route` for a tie, `looks` for the question whether an output is
    black, `blacks` for the order that it be, or not.
    """

    packet: bytes
    output: int | None = None
    route: Route | None = None
    looks: int | None = None
    blacks: tuple[int, bool] | None = None


class ExtronSis:
    """A presentation switcher with outputs 1 to `outputs`.

    Args:
        line: SerialLine or TcpLine.
        emit: takes RouteReading and BlankReading (each output after every connect, then each change), OrderRefused,
            IdentityReading.
        family: decides how black pictures are read and ordered.
        password: for TCP, when the unit asks.
    """

    def __init__(
        self,
        name: str,
        line: Line,
        outputs: int,
        emit: Emit,
        clock: Clock,
        *,
        family: Family = Family.CROSSPOINT,
        password: str | None = None,
    ) -> None:
        self.name, self._line, self._outputs, self._emit, self._clock = name, line, outputs, emit, clock
        self._family, self._password = family, password
        self._pipe: Pipe | None = None
        self._parser = LineParser()
        self._ready: Ready | None = None
        self._known: dict[int, int] = {}
        self._black: dict[int, bool] = {}
        self._look_due = False  # black pictures are asked for last: a unit may not know the question
        self._waiting: list[tuple[int, bool, asyncio.Future[None]]] = []
        self._wished: dict[int, int] = {}
        self._given: tuple[dict[int, int], str] | None = None
        self._todo: deque[_Command] = deque()
        self._current: _Command | None = None
        self._identity: list[str] = []
        self._login_ms: int | None = None  # commands may be sent from then on; None once they are
        self._typed = self._admitted = False
        self._tagged: bool | None = None  # whether ties are read as lines (True) or bare numbers (False)
        self._sent_ms = self._again_ms = self._keep_ms = self._busy = 0

    async def serve(self, ready: Ready) -> None:
        """Hold one session. Ends by DeviceUnreachableError, DeviceAuthError, DeviceRejectedError, or cancelled."""
        try:
            self._begin(ready, self._clock.now_ms())
            self._pipe = pipe = await self._line.open(self._on_bytes)
            while True:
                self._tick(self._clock.now_ms())
                await self._clock.sleep(TICK_S)
                pipe.check()
        except OSError as exc:
            raise DeviceUnreachableError(self.name, why(exc)) from exc
        finally:
            self._end()

    def wish(self, routes: dict[int, int], why: str) -> None:
        """Want ties, output to input; the newest wish for an output wins, and one that is under way goes on.

        The same wish for the same reason is no new order: what somebody changed at the panel since, or the unit refused,
        is left alone.
        """
        if self._given == (routes, why):
            return
        self._given = dict(routes), why
        for output, source in sorted(routes.items()):
            if 1 <= output <= self._outputs and 0 <= source <= 9999:
                self._wished[output] = source
            else:
                self._emit(OrderRefused(self.name, f"{source} to output {output}", "no such input or output"))
        try:
            self._pump(self._clock.now_ms())
        except OSError:
            return  # serve() ends by it

    async def blank(self, output: int, on: bool) -> None:
        """Make the picture of an output black, or show it again; returns once it is read to be so. Raises DeviceError."""
        if self._pipe is None or self._ready is not None:
            raise DeviceUnreachableError(self.name, "not connected")
        done: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self._waiting.append((output, on, done))
        packet = mutes.order(self._family, output, on)
        self._todo += [_Command(packet, blacks=(output, on)), self._look(output)]
        self._pump(self._clock.now_ms())
        await done

    def _on_bytes(self, data: bytes) -> None:
        now_ms = self._clock.now_ms()
        for event in self._parser.feed(data):
            self._on_event(event, now_ms)
        self._pump(now_ms)

    def _on_event(self, event: Event, now_ms: int) -> None:
        if self._login_ms is not None:
            self._on_greeting(event, now_ms)
            return
        match event:
            case Tie():
                self._on_tie(event)
            case Resync() | PresetRecalled():
                self._read_all()
            case Banner():
                self._start_over()
            case PasswordPrompt():
                self._on_prompt(now_ms)
            case Failed(code, text):
                self._on_failed(code, text, now_ms)
            case Verbose() | Digits() | Information() | Mutes():
                self._on_answer(event)
            case Muted():
                self._on_muted(event)
            case _:
                return

    def _on_greeting(self, event: Event, now_ms: int) -> None:
        if isinstance(event, PasswordPrompt):
            self._on_prompt(now_ms)
        elif isinstance(event, LoggedIn):
            self._admitted, self._login_ms = True, now_ms
        elif not self._typed:
            self._login_ms = now_ms + PROMPT_MS

    def _on_prompt(self, now_ms: int) -> None:
        if self._password is None:
            raise DeviceAuthError(self.name, "a password is asked for")
        if self._typed:
            raise DeviceAuthError(self.name, "the password was refused")
        self._typed, self._login_ms, self._current = True, now_ms + ANSWER_MS, None
        if self._pipe is not None:
            self._pipe.write(codec.password(self._password))

    def _on_tie(self, tie: Tie) -> None:
        if tie.layer is not Layer.AUDIO:
            outputs = range(1, self._outputs + 1) if tie.output is None else (tie.output,)
            for output in outputs:
                self._set(output, tie.input)
        current = self._current
        if current is not None and self._is_answer(current, tie):
            self._answered()

    def _is_answer(self, current: _Command, tie: Tie) -> bool:
        """Whether a tie is the reply to the command in flight, and not another controller's."""
        if current.route is not None:
            output = None if self._outputs == 1 else current.route.output
            return (tie.output, tie.input) == (output, current.route.input)
        if current.output is None or self._tagged is False:
            return False
        if self._outputs > 1 and (tie.output != current.output or tie.layer not in (Layer.VIDEO, Layer.RGB)):
            return False
        self._tagged = True
        return True

    def _on_muted(self, event: Muted) -> None:
        current = self._current
        if current is not None and current.looks is not None:
            self._on_answer(event)
        elif current is not None and current.blacks is not None and event.layer is Layer.VIDEO:
            self._answered()  # that it is so is read next
        elif event.layer is Layer.VIDEO:
            for output in range(1, self._outputs + 1) if event.output is None else (event.output,):
                self._set_black(output, event.state > 0)

    def _on_answer(self, event: Verbose | Digits | Information | Mutes | Muted) -> None:
        current = self._current
        if current is None:
            return
        if current.looks is not None:
            said = mutes.answer(self._family, event, current.looks)
            if said is not None:
                for output, on in said.items():
                    self._set_black(output, on)
                self._confirm(said)
                self._answered()
            return
        if current.output is not None:
            if isinstance(event, Digits) and not self._tagged:
                self._tagged = False
                self._set(current.output, event.number)
                self._answered()
        elif current.packet in IDENTITY:
            if isinstance(event, Digits | Information):
                if self._ready is not None:
                    self._identity.append(event.text)
                self._answered()
        elif isinstance(event, Verbose) and current.route is None:
            self._answered()

    def _on_failed(self, code: int, text: str, now_ms: int) -> None:
        current = self._current
        if current is None:
            return
        if code == BUSY and self._busy < BUSY_TRIES:
            self._busy += 1
            self._current, self._again_ms = None, now_ms + BUSY_RETRY_MS
            if current.route is None:
                self._todo.appendleft(current)
            return
        if current.route is not None:
            self._wished.pop(current.route.output, None)
            order = f"{current.route.input} to output {current.route.output}"
            self._emit(OrderRefused(self.name, order, f"E{code:02d}: {text}"))
        elif current.blacks is not None:
            self._refuse(current.blacks[0], f"E{code:02d} {text}")
        elif current.looks is not None:
            self._refuse(current.looks, f"cannot be read, E{code:02d} {text}")
        elif current.output is not None:
            raise DeviceRejectedError(self.name, f"output {current.output} cannot be read: E{code:02d} {text}")
        self._answered()

    def _answered(self) -> None:
        self._current, self._busy = None, 0
        if self._ready is not None and not self._todo:
            ready, self._ready = self._ready, None
            self._emit(IdentityReading(self.name, " ".join(self._identity)[:80]))
            ready()

    def _set(self, output: int, source: int) -> None:
        if not 1 <= output <= self._outputs:
            return
        if self._wished.get(output) == source:
            del self._wished[output]  # done: a later change at the panel is not undone
        if self._known.get(output) != source:
            self._known[output] = source
            self._emit(RouteReading(self.name, output, source))

    def _set_black(self, output: int, on: bool) -> None:
        if 1 <= output <= self._outputs and self._black.get(output) is not on:
            self._black[output] = on
            self._emit(BlankReading(self.name, output, on))

    def _confirm(self, said: dict[int, bool]) -> None:
        """What was waited for has been read; an order that is not true yet when its own reading comes has failed."""
        still = []
        for output, on, done in self._waiting:
            if output not in said or done.done():
                still += [] if done.done() else [(output, on, done)]
            elif said[output] is on:
                done.set_result(None)
            elif any(command.blacks == (output, on) for command in self._todo):
                still.append((output, on, done))
            else:
                done.set_exception(DeviceRejectedError(self.name, f"output {output} stays as it was"))
        self._waiting = still

    def _refuse(self, output: int, reason: str) -> None:
        for waiting in self._waiting:
            if waiting[0] == output and not waiting[2].done():
                waiting[2].set_exception(DeviceRejectedError(self.name, f"output {output}: {reason}"))
        self._waiting = [waiting for waiting in self._waiting if not waiting[2].done()]

    def _look(self, output: int) -> _Command:
        return _Command(mutes.question(self._family, output), looks=output)

    def _read_all(self) -> None:
        asked = {command.output for command in self._todo}
        for output in range(1, self._outputs + 1):
            if output not in asked:
                packet = codec.ASK_SELECTED if self._outputs == 1 else codec.ask_tie(output)
                self._todo.append(_Command(packet, output=output))

    def _start_over(self) -> None:
        """The session starts, or the unit has started anew: it has forgotten the verbose mode, perhaps the ties."""
        self._current = None
        self._todo.clear()
        self._identity.clear()
        self._todo.append(_Command(codec.set_verbose(VERBOSE_MODE)))
        self._todo.extend(_Command(packet) for packet in IDENTITY)
        self._read_all()
        self._look_due = True

    def _pump(self, now_ms: int) -> None:
        """Send the next command when none is in flight. Raises OSError."""
        if self._pipe is None or self._login_ms is not None or self._current is not None or now_ms < self._again_ms:
            return
        command = self._next()
        if command is not None:
            self._current, self._sent_ms, self._keep_ms = command, now_ms, now_ms + KEEP_ALIVE_MS
            self._pipe.write(command.packet)

    def _next(self) -> _Command | None:
        if self._todo:
            return self._todo.popleft()
        routes = diff(self._known, self._wished)
        if not routes:
            self._wished.clear()
            return self._first_look() if self._look_due and self._ready is None else None
        route = routes[0]
        single = self._outputs == 1
        packet = codec.select(route.input) if single else codec.tie(route.input, route.output)
        return _Command(packet, route=route)

    def _first_look(self) -> _Command:
        self._look_due = False
        every = 1 if self._family is Family.CROSSPOINT else self._outputs  # it tells all of them at once
        self._todo.extend(self._look(output) for output in range(2, every + 1))
        return self._look(1)

    def _tick(self, now_ms: int) -> None:
        """Do what the time asks for. Raises TimeoutError when the unit is silent."""
        if self._login_ms is not None and now_ms >= self._login_ms:
            if self._typed and not self._admitted:
                raise TimeoutError("no answer to the password")
            self._login_ms = None
            self._start_over()
        current, waited_ms = self._current, now_ms - self._sent_ms
        if current is not None and current.looks is not None and waited_ms > LOOK_MS:
            self._refuse(current.looks, "whether it is black was not answered")
            self._answered()
        elif current is not None and waited_ms > ANSWER_MS:
            raise TimeoutError("a command was not answered")
        if self._ready is None and not self._todo and now_ms >= self._keep_ms:
            self._todo.append(_Command(codec.ASK_FIRMWARE))
        self._pump(now_ms)

    def _begin(self, ready: Ready, now_ms: int) -> None:
        self._ready, self._parser = ready, LineParser()
        self._typed = self._admitted = False
        self._tagged = None
        self._login_ms = now_ms + GREETING_MS if self._line.greets else now_ms
        self._again_ms = self._busy = 0

    def _end(self) -> None:
        if self._pipe is not None:
            self._pipe.close()
        self._pipe = self._current = self._ready = None
        self._todo.clear()
        known, self._known = self._known, {}
        for output in known:
            self._emit(RouteReading(self.name, output, None))
        black, self._black = self._black, {}
        for output in black:
            self._emit(BlankReading(self.name, output, None))
        waiting, self._waiting = self._waiting, []
        for _, _, done in waiting:
            if not done.done():
                done.set_exception(DeviceUnreachableError(self.name, "the connection was lost"))
