"""The griffie's own work in dialogs: agenda, votes, presence, guests."""

from tui.desk import Flow
from tui.griffie.agenda import FLOWS as AGENDA
from tui.griffie.people import FLOWS as PEOPLE
from tui.griffie.votes import FLOWS as VOTES

FLOWS: dict[str, Flow] = {**AGENDA, **VOTES, **PEOPLE}
