"""The clients of PACT's API, blocking and asynchronous."""

import asyncio
import threading
import time
from types import TracebackType
from typing import Any, AsyncGenerator, Dict, Iterator, Literal, Optional, Type

import anyio
import httpx

from ._answer import raise_foreign, raise_refusal, read_answer, retry_delay
from ._connection import Connection, connection_of, raise_unreached
from ._errors import PACTError
from ._generated.clients import AsyncOperations, Operations
from ._pages import AsyncPage, Page
from ._request import CallOptions, Fields, Operation, Request, to_request
from ._stream import LAST_EVENT, STREAM, EventReader, StreamEvent

# What a network can do to a call. A request that cannot even be written (httpx.InvalidURL) is the caller's
# matter.
_BROKEN = (httpx.TransportError, httpx.DecodingError, httpx.StreamError)
# A live stream is silent between events, but for the server's sign of life.
_STREAM_SILENCE = 90.0


class _Settings:
    """What both clients have: where they call, and nothing that shows the key."""

    _connection: Connection

    @property
    def base_url(self) -> str:
        """Where requests go, without a slash at its end."""
        return self._connection.base_url

    @property
    def api_url(self) -> str:
        """The same, as version 0.1 called it."""
        return self._connection.base_url

    def __repr__(self) -> str:
        return f"{type(self).__name__}(base_url={self._connection.base_url!r})"

    def _request(
        self, operation: Operation, path: Fields, query: Fields, body: Fields, key: Optional[str]
    ) -> Request:
        return to_request(operation, self._connection.base_url, path, query, body, key)

    def _attempts(self, options: CallOptions) -> int:
        given = options.max_retries
        return 1 + (self._connection.max_retries if given is None else given)

    def _timeout(self, options: CallOptions) -> float:
        return self._connection.timeout if options.timeout is None else options.timeout

    def _stream_headers(self, request: Request, reader: EventReader) -> Dict[str, str]:
        return {**self._connection.headers(request), **reader.headers()}


class PACTClient(_Settings, Operations):
    """A client of PACT, the memory of AI agents.

        pact = PACTClient()
        session_id = pact.create_session()["session_id"]
        pact.save_interaction(session_id, "Hello", "Hi!")

    A call that fails raises a `PACTError`. Broken connections, timeouts and the statuses 408, 409, 429 and
    5xx are
    tried again; a POST keeps its idempotency key, so nothing is saved twice. Safe to share between threads.

    Coming from version 0.1: `create_session()` answers `{"session_id": …}` where it was the id alone, errors
    are `PACTAPIError`s with a `status` where they were `requests.HTTPError`s, and what was `aget_context` is
    `AsyncPACTClient.get_context`.

    Args:
        api_key: `sk_test_…` or `sk_prod_…`. Default: `PACT_API_KEY` of the environment.
        base_url: Up to and with `/pact/v1`. Default: `PACT_BASE_URL` of the environment, or the production
            service.
        timeout: Seconds for each attempt, the body of the answer included. The blocking client looks at the
            clock whenever something arrives, so a server that sends byte by byte may hold it twice as long.
        max_retries: Attempts after the first, where trying again can help.
        http_client: Sends the requests, in place of one of our own; whoever made it closes it.
        api_url: The name that version 0.1 had for `base_url`.
    """

    def __init__(
        self,
        api_key: Optional[str] = None,
        base_url: Optional[str] = None,
        *,
        timeout: float = 30.0,
        max_retries: int = 2,
        http_client: Optional[httpx.Client] = None,
        api_url: Optional[str] = None,
    ) -> None:
        self._connection = connection_of(api_key, base_url or api_url, timeout, max_retries)
        self._owns_http = http_client is None
        self._given_http = http_client
        self._lock = threading.Lock()

    def close(self) -> None:
        """Closes the connections that are kept open."""
        if self._owns_http and self._given_http is not None:
            self._given_http.close()
            self._given_http = None

    def __enter__(self) -> "PACTClient":
        return self

    def __exit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        self.close()

    @property
    def _http(self) -> httpx.Client:
        with self._lock:
            if self._given_http is None:
                # A redirect that is followed would turn a POST into a GET, or carry the key elsewhere.
                self._given_http = httpx.Client(follow_redirects=False)
            return self._given_http

    def consolidate_context(self, session_id: str) -> Any:
        """`consolidate`, as version 0.1 called it."""
        return self.consolidate(session_id)

    def stream(
        self,
        session_id: str,
        from_: Optional[Literal["now", "start"]] = None,
        *,
        last_event_id: Optional[str] = None,
    ) -> Iterator[StreamEvent]:
        """Follow a session live: iterates over its events, and comes back after each break right where it
        was.

        `GET /sessions/{session_id}/stream`

        Args:
            from_: Where a stream without `last_event_id` begins: with what comes next ("now"), or with all
                that was said.
            last_event_id: The `id` of the last event that arrived.

        Ends with `session_deleted`. Raises once it could not come back, after as many attempts as any call
        makes.

        Raises:
            NotFoundError: There is no such session.
        """
        request = self._request(STREAM, {"session_id": session_id}, {"from": from_}, {}, None)
        reader, attempt = EventReader(last_event_id), 0
        while True:
            try:
                for event in self._events(request, reader):
                    attempt = 0
                    yield event
                    if event["event"] == LAST_EVENT:
                        return
                delay: Optional[float] = reader.retry_after or 1.0
            except PACTError as error:
                delay = retry_delay(error, attempt) if attempt < self._connection.max_retries else None
                if delay is None:
                    raise
                attempt += 1
            reader.restart()
            time.sleep(delay or 0)

    def _events(self, request: Request, reader: EventReader) -> Iterator[StreamEvent]:
        headers = self._stream_headers(request, reader)
        limits = httpx.Timeout(self._connection.timeout, read=_STREAM_SILENCE)
        has_begun = False
        try:
            with self._http.stream("GET", request.url, headers=headers, timeout=limits) as response:
                has_begun = True
                if not response.is_success:
                    raise_refusal(request.url, response, response.read())
                if "text/event-stream" not in response.headers.get("Content-Type", ""):
                    raise_foreign(request.url, response)
                for chunk in response.iter_bytes():
                    for event in reader.feed(chunk):
                        yield event
        except _BROKEN as error:
            raise_unreached(request.url, _STREAM_SILENCE, has_begun, error)

    def _call(
        self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions
    ) -> Any:
        request = self._request(operation, path, query, body, options.idempotency_key)
        headers, timeout = self._connection.headers(request), self._timeout(options)
        attempts = self._attempts(options)
        for attempt in range(attempts):
            try:
                return self._attempt(request, headers, timeout)
            except PACTError as error:
                delay = retry_delay(error, attempt) if attempt + 1 < attempts else None
                if delay is None:
                    raise
                time.sleep(delay)
        raise PACTError("max_retries must be 0 or more.")

    def _attempt(self, request: Request, headers: Dict[str, str], timeout: float) -> Any:
        ends_at, has_begun, content = time.monotonic() + timeout, False, bytearray()
        method = request.operation.method
        try:
            with self._http.stream(
                method, request.url, headers=headers, content=request.content, timeout=timeout
            ) as response:
                has_begun = True
                for chunk in response.iter_bytes():
                    content += chunk
                    if time.monotonic() > ends_at:
                        raise TimeoutError
        except (*_BROKEN, TimeoutError) as error:
            raise_unreached(request.url, timeout, has_begun, error)
        return read_answer(request.operation, request.url, response, bytes(content))

    def _list(
        self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions
    ) -> Page[Any]:
        answer = self._call(operation, path, query, body, options)
        return Page(
            answer, lambda cursor: self._list(operation, path, {**query, "cursor": cursor}, body, options)
        )


class AsyncPACTClient(_Settings, AsyncOperations):
    """The asynchronous client of PACT: `PACTClient`, with each call awaited.

    Arguments and behaviour are those of `PACTClient`. `http_client` is an `httpx.AsyncClient`. One of these
    serves one event loop at a time; it may be used in another after the first has ended.
    """

    def __init__(
        self,
        api_key: Optional[str] = None,
        base_url: Optional[str] = None,
        *,
        timeout: float = 30.0,
        max_retries: int = 2,
        http_client: Optional[httpx.AsyncClient] = None,
        api_url: Optional[str] = None,
    ) -> None:
        self._connection = connection_of(api_key, base_url or api_url, timeout, max_retries)
        self._owns_http = http_client is None
        self._given_http = http_client
        self._loop: Optional[asyncio.AbstractEventLoop] = None

    async def close(self) -> None:
        """Closes the connections that are kept open."""
        if self._owns_http and self._given_http is not None:
            await self._given_http.aclose()
            self._given_http = None

    async def __aenter__(self) -> "AsyncPACTClient":
        return self

    async def __aexit__(
        self,
        kind: Optional[Type[BaseException]],
        error: Optional[BaseException],
        trace: Optional[TracebackType],
    ) -> None:
        await self.close()

    def _http(self) -> httpx.AsyncClient:
        loop = asyncio.get_running_loop()
        # Connections belong to the loop that opened them: programs that call asyncio.run() twice get new
        # ones.
        if self._given_http is None or (self._owns_http and self._loop is not loop):
            self._given_http, self._loop = httpx.AsyncClient(follow_redirects=False), loop
        return self._given_http

    async def stream(
        self,
        session_id: str,
        from_: Optional[Literal["now", "start"]] = None,
        *,
        last_event_id: Optional[str] = None,
    ) -> AsyncGenerator[StreamEvent, None]:
        """Follow a session live; see `PACTClient.stream`. To be iterated over with `async for`, not
        awaited.
        """
        request = self._request(STREAM, {"session_id": session_id}, {"from": from_}, {}, None)
        reader, attempt = EventReader(last_event_id), 0
        while True:
            events = self._events(request, reader)
            try:
                async for event in events:
                    attempt = 0
                    yield event
                    if event["event"] == LAST_EVENT:
                        return
                delay: Optional[float] = reader.retry_after or 1.0
            except PACTError as error:
                delay = retry_delay(error, attempt) if attempt < self._connection.max_retries else None
                if delay is None:
                    raise
                attempt += 1
            finally:
                # A caller that stops listening in the midst leaves no connection behind.
                await events.aclose()
            reader.restart()
            await asyncio.sleep(delay or 0)

    async def _events(self, request: Request, reader: EventReader) -> AsyncGenerator[StreamEvent, None]:
        headers = self._stream_headers(request, reader)
        limits = httpx.Timeout(self._connection.timeout, read=_STREAM_SILENCE)
        has_begun = False
        try:
            async with self._http().stream("GET", request.url, headers=headers, timeout=limits) as response:
                has_begun = True
                if not response.is_success:
                    raise_refusal(request.url, response, await response.aread())
                if "text/event-stream" not in response.headers.get("Content-Type", ""):
                    raise_foreign(request.url, response)
                async for chunk in response.aiter_bytes():
                    for event in reader.feed(chunk):
                        yield event
        except _BROKEN as error:
            raise_unreached(request.url, _STREAM_SILENCE, has_begun, error)

    async def _call(
        self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions
    ) -> Any:
        request = self._request(operation, path, query, body, options.idempotency_key)
        headers, timeout = self._connection.headers(request), self._timeout(options)
        attempts = self._attempts(options)
        for attempt in range(attempts):
            try:
                return await self._attempt(request, headers, timeout)
            except PACTError as error:
                delay = retry_delay(error, attempt) if attempt + 1 < attempts else None
                if delay is None:
                    raise
                await asyncio.sleep(delay)
        raise PACTError("max_retries must be 0 or more.")

    async def _attempt(self, request: Request, headers: Dict[str, str], timeout: float) -> Any:
        has_begun, content, method = False, b"", request.operation.method
        try:
            with anyio.fail_after(timeout):
                async with self._http().stream(
                    method, request.url, headers=headers, content=request.content, timeout=timeout
                ) as response:
                    has_begun = True
                    content = await response.aread()
        except (*_BROKEN, TimeoutError) as error:
            raise_unreached(request.url, timeout, has_begun, error)
        return read_answer(request.operation, request.url, response, content)

    async def _list(
        self, operation: Operation, path: Fields, query: Fields, body: Fields, options: CallOptions
    ) -> AsyncPage[Any]:
        answer = await self._call(operation, path, query, body, options)

        async def fetch(cursor: str) -> AsyncPage[Any]:
            return await self._list(operation, path, {**query, "cursor": cursor}, body, options)

        return AsyncPage(answer, fetch)
