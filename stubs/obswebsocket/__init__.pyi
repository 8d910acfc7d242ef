from typing import Any

from . import core as core

class obsws:  # noqa: N801 - the package's own name
    host: str
    port: int
    password: str
    timeout: float
    ws: Any
    thread_recv: core.RecvThread | None
    events: dict[str, Any]
    answers: dict[str, dict[str, Any]]
    server_version: str | None
    def __init__(
        self, host: str, port: int, password: str = "", legacy: bool | None = None, timeout: float = 60
    ) -> None: ...
    def connect(self) -> None: ...
    def disconnect(self) -> None: ...
    def register(self, func: Any, event: Any = None) -> None: ...
    def _build_auth_string(self, salt: str, challenge: str) -> str: ...
