"""Servers as in production, each on a port of its own, and how long they take to answer."""

import http.client
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

PROGRAM = Path(sys.executable).with_name("gunicorn")
WORKERS = 2
SECONDS_TO_START = 60


@dataclass(frozen=True)
class Answer:
    status: int
    size: int
    first_byte: float  # seconds
    seconds: float
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Server:
    port: int
    process: int

    def get(self, path: str, cookie: str = "", *, accept_encoding: str = "", keep: bool = True) -> Answer:
        """One request on a connection of its own; ``keep`` keeps the body."""
        headers = {"Cookie": cookie} if cookie else {}
        if accept_encoding:
            headers["Accept-Encoding"] = accept_encoding
        started = time.perf_counter()
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=600)
        try:
            connection.request("GET", path, headers=headers)
            response = connection.getresponse()
            first = response.read(1)
            first_byte = time.perf_counter() - started
            size, parts = len(first), [first]
            while part := response.read(1 << 16):
                size += len(part)
                if keep:
                    parts.append(part)
            seconds = time.perf_counter() - started
            return Answer(
                response.status, size, first_byte, seconds, dict(response.getheaders()), b"".join(parts)
            )
        finally:
            connection.close()

    def most_memory(self) -> float:
        """The most that one of its worker processes has held so far, in megabytes."""
        children = Path(f"/proc/{self.process}/task/{self.process}/children").read_text().split()
        held = []
        for child in children:
            lines = Path(f"/proc/{child}/status").read_text().splitlines()
            held += [int(line.split()[1]) / 1024 for line in lines if line.startswith("VmHWM")]
        return max(held)


@contextmanager
def served(application: str, *, workers: int = WORKERS, **environment: str) -> Iterator[Server]:
    """A server of one application (``module:name``), stopped at the end."""
    port = free_port()
    command = [PROGRAM, application, "--bind", f"127.0.0.1:{port}", "--workers", str(workers)]
    process = subprocess.Popen([*command, "--log-level", "error"], env=os.environ | environment)  # noqa: S603
    try:
        wait_for(port)
        yield Server(port, process.pid)
    finally:
        process.terminate()
        process.wait(timeout=30)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def wait_for(port: int) -> None:
    limit = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < limit:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.05)
    raise TimeoutError(f"Nothing answers at port {port}.")
