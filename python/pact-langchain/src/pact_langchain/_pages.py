"""Lists that come page by page."""

from typing import Any, AsyncIterator, Awaitable, Callable, Dict, Generic, Iterator, List, Optional, TypeVar

T = TypeVar("T")


class Page(Generic[T]):
    """One page of a list. Iterating over it goes on through the pages after it, fetched when reached."""

    def __init__(self, answer: Dict[str, Any], fetch: Callable[[str], "Page[T]"]) -> None:
        self.data: List[T] = answer["data"]
        """What is on this page."""
        self.next_cursor: Optional[str] = answer["next_cursor"]
        """Where the next page begins, to be given as `cursor`; None on the last page."""
        self.has_more: bool = answer["has_more"]
        self._fetch = fetch

    def next_page(self) -> Optional["Page[T]"]:
        """The page after this one; None after the last."""
        return self._fetch(self.next_cursor) if self.has_more and self.next_cursor is not None else None

    def __iter__(self) -> Iterator[T]:
        page: Optional[Page[T]] = self
        while page is not None:
            yield from page.data
            page = page.next_page()


class AsyncPage(Generic[T]):
    """One page of a list. `async for` goes on through the pages after it, fetched when reached."""

    def __init__(self, answer: Dict[str, Any], fetch: Callable[[str], Awaitable["AsyncPage[T]"]]) -> None:
        self.data: List[T] = answer["data"]
        """What is on this page."""
        self.next_cursor: Optional[str] = answer["next_cursor"]
        """Where the next page begins, to be given as `cursor`; None on the last page."""
        self.has_more: bool = answer["has_more"]
        self._fetch = fetch

    async def next_page(self) -> Optional["AsyncPage[T]"]:
        """The page after this one; None after the last."""
        return await self._fetch(self.next_cursor) if self.has_more and self.next_cursor is not None else None

    async def __aiter__(self) -> AsyncIterator[T]:
        page: Optional[AsyncPage[T]] = self
        while page is not None:
            for item in page.data:
                yield item
            page = await page.next_page()
