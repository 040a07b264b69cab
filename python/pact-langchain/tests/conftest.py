"""A running PACT, and servers that answer badly.

PACT_BASE_URL and PACT_API_KEY name a running one; without them one is started for the tests, with a folder of
its own.
"""

import json
import os
import re
import socket
import subprocess
import tempfile
import threading
from email.message import Message
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, Callable, Iterator, List, NamedTuple, Optional, Tuple

import pytest

from pact_langchain import AsyncPACTClient, PACTClient

REPOSITORY = Path(__file__).resolve().parents[3]


@pytest.fixture(scope="session", autouse=True)
def _running_pact() -> Iterator[None]:
    """PACT_BASE_URL and PACT_API_KEY name a running PACT, as a user's environment does."""
    if os.environ.get("PACT_BASE_URL") and os.environ.get("PACT_API_KEY"):
        yield
        return
    with tempfile.TemporaryDirectory(prefix="pact-python-") as folder:
        environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}
        environment.update(PACT_PORT="0", PACT_DATA_DIR=folder)
        environment.pop("PACT_API_KEY", None)
        command = ["node", "scripts/start.mjs", "--api-only"]
        with subprocess.Popen(
            command, cwd=REPOSITORY, env=environment, stdout=subprocess.PIPE, text=True
        ) as server:
            banner = _banner(server)
            os.environ["PACT_BASE_URL"] = _told(r"API {8}(\S+)", banner)
            os.environ["PACT_API_KEY"] = _told(r"API key {4}(\S+)", banner)
            yield
            server.terminate()


def _banner(server: "subprocess.Popen[str]") -> str:
    assert server.stdout is not None
    lines: List[str] = []
    for line in server.stdout:
        lines.append(line)
        if "Storage" in line:
            # What it prints from now on must not fill the pipe.
            threading.Thread(target=server.stdout.read, daemon=True).start()
            return "".join(lines)
    raise RuntimeError(f"PACT ended before it was ready: {''.join(lines)}")


def _told(pattern: str, banner: str) -> str:
    found = re.search(pattern, banner)
    assert found, f"{pattern} is not in {banner}"
    return found.group(1)


@pytest.fixture(scope="session")
def pact_url(_running_pact: None) -> str:
    """Base URL of a running PACT."""
    return os.environ["PACT_BASE_URL"].rstrip("/")


@pytest.fixture(scope="session")
def pact_key(_running_pact: None) -> str:
    """A key of the running PACT."""
    return os.environ["PACT_API_KEY"]


@pytest.fixture
def client(pact_url: str, pact_key: str) -> Iterator[PACTClient]:
    """A client of the running PACT."""
    with PACTClient(pact_key, pact_url) as pact:
        yield pact


@pytest.fixture
def async_client(pact_url: str, pact_key: str) -> AsyncPACTClient:
    """An asynchronous client of the running PACT; a test runs it with `asyncio.run`."""
    return AsyncPACTClient(pact_key, pact_url)


@pytest.fixture
def session_id(client: PACTClient) -> Iterator[str]:
    """An empty session, erased afterwards."""
    created = client.create_session()["session_id"]
    yield created
    client.delete_session(created)


class Received(NamedTuple):
    """A request as a broken server saw it."""

    method: str
    path: str
    headers: Message
    body: bytes


class Answer(NamedTuple):
    """What a broken server answers. `length` above the body's own: half an answer, after which the connection
    ends.
    """

    status: int = 200
    body: bytes = b"{}"
    headers: Tuple[Tuple[str, str], ...] = (("Content-Type", "application/json"),)
    length: Optional[int] = None


Behaviour = Callable[[Received], Optional[Answer]]


class BrokenServer:
    """A loopback server that answers what a test says, and keeps what it was asked."""

    def __init__(self) -> None:
        self.received: List[Received] = []
        self.behaviour: Behaviour = lambda _: Answer()
        broken = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def handle_any(self) -> None:
                length = int(self.headers.get("Content-Length") or 0)
                request = Received(self.command, self.path, self.headers, self.rfile.read(length))
                broken.received.append(request)
                answer = broken.behaviour(request)
                self.close_connection = True
                if answer is not None:
                    self.answer(answer)

            def answer(self, answer: Answer) -> None:
                self.send_response(answer.status)
                for name, value in answer.headers:
                    self.send_header(name, value)
                self.send_header(
                    "Content-Length", str(len(answer.body) if answer.length is None else answer.length)
                )
                self.send_header("Connection", "close")
                self.end_headers()
                self.wfile.write(answer.body)

            do_GET = do_POST = do_DELETE = handle_any

            def log_message(self, format: str, *arguments: Any) -> None:
                pass

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_port}/pact/v1"
        threading.Thread(target=self._server.serve_forever, args=(0.05,), daemon=True).start()

    def answers(self, *answers: Optional[Answer]) -> None:
        """Gives these answers in turn, the last one for ever. None: hangs up without a word."""
        left = list(answers)
        self.behaviour = lambda _: left.pop(0) if len(left) > 1 else left[0]

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()

    @staticmethod
    def html(status: int = 502) -> Answer:
        """A proxy's page."""
        return Answer(
            status, b"<html><h1>Bad gateway</h1></html>", (("Content-Type", "text/html; charset=utf-8"),)
        )

    @staticmethod
    def half() -> Answer:
        """An answer that breaks off."""
        return Answer(200, b'{"session_id": "sess', length=500)

    @staticmethod
    def refusal(status: int, code: str, message: str, *headers: Tuple[str, str], **more: Any) -> Answer:
        """A refusal in PACT's own form."""
        error = {"code": code, "message": message, "request_id": "req_1", **more}
        body = json.dumps({"error": error}).encode()
        return Answer(status, body, (("Content-Type", "application/json"), *headers))

    @classmethod
    def unauthorized(cls) -> Answer:
        """PACT's refusal of a wrong key."""
        return cls.refusal(401, "unauthorized", "The API key is unknown, expired or revoked.")

    @classmethod
    def too_many(cls, retry_after: str = "0") -> Answer:
        """PACT's refusal of a call too many."""
        return cls.refusal(429, "rate_limit_exceeded", "Too many requests.", ("Retry-After", retry_after))


@pytest.fixture
def broken_server() -> Iterator[BrokenServer]:
    """A server for broken answers: `broken_server.answers(broken_server.html())`; its `url` is a client's
    base URL.
    """
    server = BrokenServer()
    yield server
    server.stop()


@pytest.fixture
def dead_url() -> str:
    """A base URL where nobody answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        return f"http://127.0.0.1:{free.getsockname()[1]}/pact/v1"
