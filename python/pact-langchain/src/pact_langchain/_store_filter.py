"""Which values and namespaces a search or a listing asks for."""

from typing import Any, Callable, Dict, Iterable, List, Mapping, Optional, Tuple

from langgraph.store.base import ListNamespacesOp, MatchCondition

Namespace = Tuple[str, ...]


def _numbers(compare: Callable[[float, float], bool]) -> Callable[[Any, Any], bool]:
    def of(value: Any, wanted: Any) -> bool:
        try:
            return compare(float(value), float(wanted))
        except (TypeError, ValueError):
            # What is no number, or missing, is neither more nor less than one.
            return False

    return of


_OPERATORS: Dict[str, Callable[[Any, Any], bool]] = {
    "$eq": lambda value, wanted: bool(value == wanted),
    "$ne": lambda value, wanted: bool(value != wanted),
    "$gt": _numbers(lambda value, wanted: value > wanted),
    "$gte": _numbers(lambda value, wanted: value >= wanted),
    "$lt": _numbers(lambda value, wanted: value < wanted),
    "$lte": _numbers(lambda value, wanted: value <= wanted),
    "$in": lambda value, wanted: value in wanted,
    "$nin": lambda value, wanted: value not in wanted,
}


def passes(value: Mapping[str, Any], wanted: Optional[Mapping[str, Any]]) -> bool:
    """Whether a value has what a filter asks for, each of its fields."""
    return all(_matches(value.get(field), one) for field, one in (wanted or {}).items())


def _matches(value: Any, wanted: Any) -> bool:
    if isinstance(wanted, Mapping):
        if any(field.startswith("$") for field in wanted):
            return all(_operator(name)(value, operand) for name, operand in wanted.items())
        return isinstance(value, Mapping) and passes(value, wanted)
    if isinstance(wanted, (list, tuple)):
        return (
            isinstance(value, list)
            and len(value) == len(wanted)
            and all(_matches(value[at], one) for at, one in enumerate(wanted))
        )
    return bool(value == wanted)


def _operator(name: str) -> Callable[[Any, Any], bool]:
    if name not in _OPERATORS:
        raise ValueError(f"Unsupported operator: {name}. There are {', '.join(_OPERATORS)}.")
    return _OPERATORS[name]


def select(namespaces: Iterable[Namespace], operation: ListNamespacesOp) -> List[Namespace]:
    """The namespaces that a listing asks for: matched, cut to its depth, each once, sorted, its page."""
    conditions = operation.match_conditions or ()
    matched = {
        namespace[: operation.max_depth]
        for namespace in namespaces
        if all(_has(namespace, condition) for condition in conditions)
    }
    return sorted(matched)[operation.offset : operation.offset + operation.limit]


def _has(namespace: Namespace, condition: MatchCondition) -> bool:
    path = tuple(condition.path)
    if condition.match_type not in ("prefix", "suffix"):
        raise ValueError(f"Unsupported match type: {condition.match_type}")
    if len(path) > len(namespace):
        return False
    start = 0 if condition.match_type == "prefix" else len(namespace) - len(path)
    return all(label in ("*", namespace[start + at]) for at, label in enumerate(path))
