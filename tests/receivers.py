"""Receivers of a simulcast, the real programs: nginx with its RTMP module, and ffmpeg as SRT listener."""

import asyncio
import os
import shutil
import signal
import socket
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from chamber.apps.bench_chains import listening

PATHS = f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin"
RTMP_MODULE = "/usr/lib/nginx/modules/ngx_rtmp_module.so"


def program(name: str) -> str:
    """Where a program is."""
    path = shutil.which(name, path=PATHS)
    assert path, f"{name} is needed; tests/needs.sh installs it"
    return path


def free_port(kind: socket.SocketKind = socket.SOCK_STREAM) -> int:
    """A loopback port that is free now."""
    with socket.socket(socket.AF_INET, kind) as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def keys_in_proc(*keys: str) -> list[str]:
    """Where in command line, environment or title of any process one of the keys stands."""
    found = []
    for folder in Path("/proc").iterdir():
        if not folder.name.isdigit() or int(folder.name) == os.getpid():
            continue
        for name in ("cmdline", "environ", "comm", "status"):
            try:
                text = (folder / name).read_bytes()
            except OSError:
                continue
            found += [f"{folder / name}: {key}" for key in keys if key.encode() in text]
    return found


class Program(ABC):
    """A program that runs until the block ends, and can be killed and started again meanwhile."""

    def __init__(self) -> None:
        self._process: asyncio.subprocess.Process | None = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()

    @abstractmethod
    async def start(self) -> None:
        """Run it, and return when it can be used."""

    async def _run(self, *argv: str) -> None:
        self._process = await asyncio.create_subprocess_exec(
            *argv,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=asyncio.subprocess.DEVNULL,
            stderr=asyncio.subprocess.DEVNULL,
        )

    async def stop(self, number: int = signal.SIGTERM) -> None:
        process, self._process = self._process, None
        if process is None:
            return
        if process.returncode is None:
            process.send_signal(number)
        try:
            async with asyncio.timeout(5):
                await process.wait()
        except TimeoutError:
            process.kill()
            await process.wait()


class NginxRtmp(Program):
    """Takes RTMP at `url(key)` and records every session in a file of its own; also serves its own HLS."""

    def __init__(self, folder: Path, *, hls_fragment_s: int = 1) -> None:
        super().__init__()
        self.folder, self.port, self.http_port = folder, free_port(), free_port()
        folder.mkdir(parents=True, exist_ok=True)
        (folder / "hls").mkdir(exist_ok=True)
        self._config = folder / "nginx.conf"
        self._config.write_text(
            f"load_module {RTMP_MODULE};\n"
            f"daemon off; master_process off; worker_processes 1; pid {folder}/nginx.pid;\n"
            f"error_log {folder}/error.log; events {{ worker_connections 256; }}\n"
            f"rtmp {{ server {{ listen 127.0.0.1:{self.port}; chunk_size 4096; application live {{ live on;\n"
            f"  record all; record_path {folder}; record_unique on;\n"
            f"  hls on; hls_path {folder}/hls; hls_fragment {hls_fragment_s}s; hls_playlist_length 10s; }} }} }}\n"
            f"http {{ access_log off; types {{ application/vnd.apple.mpegurl m3u8; video/mp2t ts; }}\n"
            f"  client_body_temp_path {folder}/t1; proxy_temp_path {folder}/t2; fastcgi_temp_path {folder}/t3;\n"
            f"  uwsgi_temp_path {folder}/t4; scgi_temp_path {folder}/t5;\n"
            f"  server {{ listen 127.0.0.1:{self.http_port}; root {folder}/hls;\n"
            f"    add_header Access-Control-Allow-Origin *; add_header Cache-Control no-cache; }} }}\n",
            encoding="utf-8",
        )

    def url(self, key: str) -> str:
        return f"rtmp://127.0.0.1:{self.port}/live/{key}"

    async def start(self) -> None:
        await self._run(program("nginx"), "-c", str(self._config), "-e", str(self.folder / "early.log"))
        await listening(self.port)

    def recordings(self) -> list[Path]:
        """What came in, one file for each session, oldest first."""
        return sorted(self.folder.glob("*.flv"), key=lambda path: path.stat().st_mtime_ns)


class SrtListener(Program):
    """One ffmpeg that waits for a caller and writes what comes, untouched, to a file."""

    def __init__(self, path: Path, passphrase: str) -> None:
        super().__init__()
        self.path, self.port, self._passphrase = path, free_port(socket.SOCK_DGRAM), passphrase

    def url(self, key: str) -> str:
        return f"srt://127.0.0.1:{self.port}?streamid={key}&passphrase={self._passphrase}&latency=200"

    async def start(self) -> None:
        # a receiver's own command line holds the passphrase, never the key (`streamid`)
        address = f"srt://127.0.0.1:{self.port}?mode=listener&passphrase={self._passphrase}&latency=200000"
        await self._run(
            program("ffmpeg"), "-v", "error", "-y", "-i", address, "-c", "copy", "-f", "mpegts", str(self.path)
        )


class TlsFront(Program):
    """haproxy that takes TLS and passes on what is inside."""

    def __init__(self, config: Path, cert: Path, port: int) -> None:
        super().__init__()
        self.port, self._config = free_port(), config
        config.write_text(
            f"defaults\n mode tcp\n timeout connect 5s\n timeout client 30s\n timeout server 30s\nlisten tls\n"
            f" bind 127.0.0.1:{self.port} ssl crt {cert}\n server inside 127.0.0.1:{port}\n",
            encoding="utf-8",
        )

    async def start(self) -> None:
        await self._run(program("haproxy"), "-db", "-f", str(self._config))
        await listening(self.port)
