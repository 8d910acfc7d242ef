"""Orders to the presentation switcher."""

from typing import Annotated, Literal

from pydantic import Field

from chamber.wire.base import Order


class PresentationSelect(Order):
    """Route a named input to a named output (default: the programme's); `input` None ends the presentation."""

    command: Literal["presentation.select"]
    input: Annotated[str, Field(max_length=40)] | None
    output: Annotated[str, Field(max_length=40)] | None = None


class PresentationBlank(Order):
    """Make a named output black whatever is routed to it, or show it again."""

    command: Literal["presentation.blank"]
    output: Annotated[str, Field(max_length=40)]
    on: bool
