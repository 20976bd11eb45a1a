"""Who of a group's members gets which partitions."""

from collections.abc import Iterable, Mapping, Sequence

from reelwright_chassis.bus.port import TopicPartition


def assign(
    partitions: Iterable[TopicPartition], subscriptions: Mapping[str, Sequence[str]]
) -> dict[str, list[TopicPartition]]:
    """Deal the partitions to the members that subscribe to their topic, evenly and always in the same way.

    `subscriptions` maps each member to its topics. Every partition with a subscriber goes to exactly one of them.
    """
    dealt: dict[str, list[TopicPartition]] = {member: [] for member in sorted(subscriptions)}
    for at in sorted(partitions):
        takers = [member for member in dealt if at.topic in subscriptions[member]]
        if takers:
            dealt[min(takers, key=lambda member: len(dealt[member]))].append(at)
    return dealt
