import threading

from . import obsws

class RecvThread(threading.Thread):
    running: bool
    def __init__(self, core: obsws) -> None: ...
    def run(self) -> None: ...
