"""Work that takes several calls, written once for both clients."""

from typing import Any, Dict, Generator, List, NamedTuple, TypeVar

from ._errors import NotFoundError, PACTError
from .client import AsyncPACTClient, PACTClient

T = TypeVar("T")


class Call(NamedTuple):
    """A call of a client's method, to be made by whoever runs the steps."""

    method: str
    arguments: Dict[str, Any]


# Yields calls, is sent their answers or thrown PACT's refusals, and returns what came of it.
Steps = Generator[Call, Any, T]


def run(client: PACTClient, steps: Steps[T]) -> T:
    """Takes the steps, one call after the other."""
    try:
        call = next(steps)
        while True:
            try:
                answer = getattr(client, call.method)(**call.arguments)
            except PACTError as error:
                call = steps.throw(error)
            else:
                call = steps.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result


async def arun(client: AsyncPACTClient, steps: Steps[T]) -> T:
    """Takes the steps, awaiting one call after the other."""
    try:
        call = next(steps)
        while True:
            try:
                answer = await getattr(client, call.method)(**call.arguments)
            except PACTError as error:
                call = steps.throw(error)
            else:
                call = steps.send(answer)
    except StopIteration as end:
        result: T = end.value
        return result


def all_pages(method: str, arguments: Dict[str, Any]) -> Steps[List[Any]]:
    """What is on every page of a list."""
    found: List[Any] = []
    page = yield Call(method, arguments)
    found.extend(page.data)
    while page.has_more:
        page = yield Call(method, {**arguments, "cursor": page.next_cursor})
        found.extend(page.data)
    return found


def unless_gone(method: str, arguments: Dict[str, Any]) -> Steps[Any]:
    """The call's answer; None when what it asks for does not exist."""
    try:
        return (yield Call(method, arguments))
    except NotFoundError:
        return None
