"""Which channels a DCA or a mute group silences, whatever their own switches say. Pure: it says what to ask, and when.

Source: unofficial X32 OSC protocol, 4.06: /ch/NN/grp/dca and /grp/mute are bitmaps, the lowest bit for group 1.
"""

from drivers.x32.codec import GroupKind, GroupSwitch, Membership, ask_group, ask_membership
from drivers.x32.families import Family
from drivers.x32.rounds import Round

ASK_AGAIN_MS = 200
PATIENCE_MS = 2000  # a desk that does not answer by then is taken to have no groups
REREAD_MS = 10_000

_NAMES = {"dca": "DCA", "mute": "mute group"}


class Groups:
    """What is known of the groups in one session.

    Args:
        channels: two digits each.
        followed: False takes no notice of groups.
    Attributes:
        silenced: channels that some group silences now.
        settled: everything was read, or will not be.
    """

    def __init__(self, channels: tuple[str, ...], family: Family, *, followed: bool = True) -> None:
        self._channels = channels if followed else ()
        kinds: tuple[tuple[GroupKind, int], ...] = (("dca", family.dcas), ("mute", family.mute_groups))
        self._questions: dict[tuple[GroupKind, str | int], bytes] = {}
        for kind, count in kinds if followed else ():
            self._questions |= {(kind, number): ask_group(kind, number) for number in range(1, count + 1)}
            self._questions |= {(kind, channel): ask_membership(channel, kind) for channel in channels}
        self._round = Round(tuple(self._questions))
        self.begin(0)

    def begin(self, now_ms: int) -> None:
        """A session begins: nothing is known."""
        self._members: dict[tuple[GroupKind, str], frozenset[int]] = {}
        self._switches: dict[tuple[GroupKind, int], bool] = {}
        self.silenced: frozenset[str] = frozenset()
        self.settled = not self._questions
        self._until_ms, self._ask_ms = now_ms + PATIENCE_MS, now_ms
        self._round.begin(now_ms)

    def take(self, message: Membership | GroupSwitch) -> bool:
        """Take in what the desk says; True when a group was switched, or a channel moved."""
        if isinstance(message, GroupSwitch):
            key = message.kind, message.number
            if key not in self._questions:
                return False
            changed = self._switches.get(key) is not message.silences
            self._switches[key] = message.silences
        else:
            member = message.kind, message.channel
            if member not in self._questions:
                return False
            changed = self._members.get(member) != message.groups
            self._members[member] = message.groups
        if changed:
            self.silenced = frozenset(channel for channel in self._channels if self.silencers(channel))
            self.settled = self.settled or len(self._members) + len(self._switches) == len(self._questions)
        return changed

    def silencers(self, channel: str) -> tuple[str, ...]:
        """What silences a channel, in words."""
        return tuple(
            f"{_NAMES[kind]} {number}"
            for (kind, number), silences in sorted(self._switches.items())
            if silences and number in self._members.get((kind, channel), ())
        )

    def due(self, now_ms: int) -> list[bytes]:
        """The questions whose time has come: all that is missing at the start, then each once in `REREAD_MS`."""
        if self.settled:
            return [self._questions[key] for key in self._round.due(now_ms, REREAD_MS)]
        if now_ms >= self._until_ms:
            self.settled = True
        elif now_ms >= self._ask_ms:
            self._ask_ms = now_ms + ASK_AGAIN_MS
            known = {*self._members, *self._switches}
            return [question for key, question in self._questions.items() if key not in known]
        return []
