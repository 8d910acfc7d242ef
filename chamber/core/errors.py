"""Errors of this project: `except ChamberError` means ours, anything else that escapes is a bug."""


class ChamberError(Exception):
    """Base of every error that the project raises on purpose."""


class ConfigError(ChamberError):
    """Start-up stops; each problem names file, key and remedy on one line."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__("\n".join(problems))
        self.problems = problems


class EncodeError(ChamberError):
    """A codec was asked for what its protocol cannot say: a bug on our side."""


class RefusedError(ChamberError):
    """An order was understood and is not allowed now; `code` is stable, the message is for the operator."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code = code


class DeviceError(ChamberError):
    """One device failed, the others go on."""

    def __init__(self, device: str, detail: str) -> None:
        super().__init__(f"{device}: {detail}")
        self.device, self.detail = device, detail


class DeviceUnreachableError(DeviceError):
    """Refused, silent or hung up: reconnect, with growing delays."""


class DeviceAuthError(DeviceError):
    """Credentials refused: slowest delay at once, and the operator is told."""


class DeviceRejectedError(DeviceError):
    """The device understood and said no: reported, never sent again unchanged."""
