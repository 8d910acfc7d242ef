"""What every payload of the control API has in common."""

from pydantic import BaseModel, ConfigDict


class Payload(BaseModel):
    """Base of everything on the control API's wire."""

    model_config = ConfigDict(extra="forbid", frozen=True)


class Order(Payload):
    """Base of the commands; `command` chooses the class."""
