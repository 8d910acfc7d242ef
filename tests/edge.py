"""The edge of config/edge/, started for real on free ports: haproxy with TLS and h2, Varnish behind it."""

import asyncio
import ssl
from contextlib import suppress
from pathlib import Path

import trustme

import config
from chamber.apps.bench_chains import listening
from tests.receivers import free_port, program

SHIPPED = Path(config.__file__).parent / "edge"
START_S = 30.0


class Edge:
    """One edge before an origin on loopback."""

    def __init__(self, folder: Path, origin_port: int) -> None:
        folder.mkdir(parents=True, exist_ok=True)
        self._folder = folder
        self.tls_port, self.plain_port, self._viewers_port, self.purge_port = (free_port() for _ in range(4))
        authority = trustme.CA()
        self.ca_file = folder / "ca.pem"
        authority.cert_pem.write_to_path(self.ca_file)
        self.trust = ssl.create_default_context(cafile=str(self.ca_file))
        self._cert = folder / "edge.pem"
        authority.issue_cert("127.0.0.1", "localhost").private_key_and_cert_chain_pem.write_to_path(self._cert)
        vcl = (SHIPPED / "varnish.vcl").read_text(encoding="utf-8")
        (folder / "varnish.vcl").write_text(vcl.replace('.port = "8080"', f'.port = "{origin_port}"'), encoding="utf-8")
        front = (SHIPPED / "haproxy.cfg").read_text(encoding="utf-8")
        for shipped, ours in (
            ("bind :443 ", f"bind 127.0.0.1:{self.tls_port} "),
            ('bind [::]:443 v6only ssl crt "${EDGE_CERT}" alpn h2,http/1.1', ""),
            ("bind :80", f"bind 127.0.0.1:{self.plain_port}"),
            ("bind [::]:80 v6only", ""),
            ("127.0.0.1:6081", f"127.0.0.1:{self._viewers_port}"),
        ):
            assert front.count(shipped) == 1, shipped
            front = front.replace(shipped, ours)
        (folder / "haproxy.cfg").write_text(front, encoding="utf-8")
        self._running: list[asyncio.subprocess.Process] = []

    @property
    def read_url(self) -> str:
        return f"https://127.0.0.1:{self.tls_port}/"

    @property
    def purge_url(self) -> str:
        return f"http://127.0.0.1:{self.purge_port}/"

    async def __aenter__(self) -> "Edge":
        await self._start(
            program("varnishd"), "-F", "-n", str(self._folder / "varnish"), "-f", str(self._folder / "varnish.vcl"),
            "-a", f"viewers=127.0.0.1:{self._viewers_port},PROXY", "-a", f"purge=127.0.0.1:{self.purge_port}",
            "-s", "malloc,64m", "-T", "none", "-j", "none", "-p", "thread_pool_min=10",
        )  # fmt: skip
        await self._start(program("haproxy"), "-db", "-f", str(self._folder / "haproxy.cfg"), EDGE_CERT=str(self._cert))
        try:
            async with asyncio.timeout(START_S):
                for port in (self.purge_port, self.tls_port):
                    await listening(port)
        except TimeoutError:
            await self.__aexit__()
            raise AssertionError((self._folder / "log").read_text(encoding="utf-8")) from None
        return self

    async def _start(self, *argv: str, **environment: str) -> None:
        environment["PATH"] = "/usr/bin:/bin:/usr/sbin"
        with (self._folder / "log").open("ab") as log:
            process = await asyncio.create_subprocess_exec(
                *argv, stdin=asyncio.subprocess.DEVNULL, stdout=log, stderr=log, env=environment
            )
        self._running.append(process)

    async def __aexit__(self, *_: object) -> None:
        for process in self._running:
            with suppress(ProcessLookupError):
                process.terminate()
            try:
                async with asyncio.timeout(5):
                    await process.wait()
            except TimeoutError:
                process.kill()
                await process.wait()
