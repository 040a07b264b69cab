"""The texts of a value that a search by meaning looks in."""

from typing import Any, Iterable, List, Mapping, Sequence

from langgraph.store.base import tokenize_path

LONGEST_TEXT = 200_000
"""The longest text that PACT takes as a message, in UTF-16 code units, as JavaScript counts characters."""


def texts_at(value: Mapping[str, Any], paths: Iterable[str]) -> List[str]:
    """The texts of a value that its paths lead to, in LangGraph's syntax.

    `$` is the whole value. A text that is not a leaf has a leaf a line.
    """
    # PACT stores no U+0000 in a text; in the value's JSON it is an escape.
    texts = [
        "\n".join(_leaves(found)).replace("\0", " ")
        for path in paths
        for found in _follow(value, [] if path == "$" else tokenize_path(path))
    ]
    return [shortened(text, LONGEST_TEXT) for text in texts if text.strip()]


def length_of(text: str) -> int:
    """As PACT counts characters: in UTF-16 code units."""
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def shortened(text: str, length: int) -> str:
    """At most that many characters, as PACT counts them, and none that is half a pair."""
    return text.encode("utf-16-le", "surrogatepass")[: 2 * length].decode("utf-16-le", "replace")


def _follow(value: Any, steps: Sequence[str]) -> List[Any]:
    if not steps:
        return [value]
    return [end for found in _step(value, steps[0]) for end in _follow(found, steps[1:])]


def _step(value: Any, step: str) -> List[Any]:
    if step.startswith("["):
        return _elements(value, step[1:-1]) if isinstance(value, (list, tuple)) else []
    if step == "*":
        return list(value.values()) if isinstance(value, Mapping) else _elements(value, "*")
    if step.startswith("{"):
        return [
            found for field in step[1:-1].split(",") for found in _follow(value, tokenize_path(field.strip()))
        ]
    return [value[step]] if isinstance(value, Mapping) and step in value else []


def _elements(value: Any, index: str) -> List[Any]:
    elements = list(value) if isinstance(value, (list, tuple)) else []
    if index == "*":
        return elements
    try:
        return [elements[int(index)]]
    except (ValueError, IndexError):
        return []


def _leaves(value: Any) -> List[str]:
    if isinstance(value, str):
        return [value]
    if isinstance(value, bool):
        return ["true" if value else "false"]
    if isinstance(value, (int, float)):
        return [str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)]
    if isinstance(value, Mapping):
        return [leaf for one in value.values() for leaf in _leaves(one)]
    return [leaf for one in value for leaf in _leaves(one)] if isinstance(value, (list, tuple)) else []
