"""Whether a write's condition holds for the item as it is."""

from reelwright_chassis.store.port import Absent, Condition, Equals, Item, Present, Value


def holds(condition: Condition, item: Item | None) -> bool:
    """`item` is None where there is none."""
    match condition:
        case Absent():
            return item is None
        case Present():
            return item is not None
        case Equals(values):
            return item is not None and all(name in item and _same(item[name], value) for name, value in values.items())
    return item is None or _before(item.get(condition.attribute), condition.limit)


def _same(one: Value, other: Value) -> bool:
    """Equal as DynamoDB has it: 1 and 1.0 are the same number, True is none."""
    if isinstance(one, list) and isinstance(other, list):
        return len(one) == len(other) and all(map(_same, one, other))
    if isinstance(one, dict) and isinstance(other, dict):
        return one.keys() == other.keys() and all(_same(one[name], other[name]) for name in one)
    return isinstance(one, bool) == isinstance(other, bool) and one == other


def _before(value: Value, limit: float) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and value < limit
