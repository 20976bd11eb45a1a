"""The declaration of the topics holds together, and a wrong one is refused."""

import pytest
from google.protobuf.message import Message as Proto

from reelwright.events.v1 import facts_pb2, requests_pb2
from reelwright_chassis.topics import dead_letters_of, parse_topics, topics

GOOD = """
prefix: x.
embedded_partitions: 2
topics:
  results: {carries: [WorkFailed], key: project_id, groups: [director], partitions: 3, retention_h: 1}
dead_letters: {suffix: .dlq, partitions: 1, retention_h: 2}
"""


def test_every_message_that_is_sent_has_a_topic() -> None:
    requests: list[type[Proto]] = [m for name, m in vars(requests_pb2).items() if name.endswith("Requested")]
    facts = ["AudioFetched", "TranscriptReady", "ScenesPlanned", "AssetReady", "VideoRendered", "WorkFailed"]
    others = ["KlingCalledBack", "ProjectChanged", "Progressed"]
    assert len(requests) == 5
    for message in [*requests, *(getattr(facts_pb2, name) for name in facts + others)]:
        assert message.DESCRIPTOR.name in topics().carrying(message).carries


def test_every_consumed_topic_has_dead_letters_and_the_followed_have_none() -> None:
    names = {topic.name for topic in topics().all()}
    assert "results.dlq" in names
    assert "plan.requests.dlq" in names
    assert "progress.dlq" not in names
    assert dead_letters_of("results") == "results.dlq"


def test_retention_is_by_topic_and_a_week_for_the_unknown() -> None:
    assert topics().retention_s("project.changes") == 3600
    assert topics().retention_s("results.dlq") == 14 * 24 * 3600
    assert topics().retention_s("nobody.knows") == 7 * 24 * 3600


def test_the_partitions_have_many_divisors() -> None:
    assert all(topic.partitions % 6 == 0 for topic in topics().all())


def test_a_message_without_a_topic_is_a_fault() -> None:
    with pytest.raises(KeyError, match="RenderSettings"):
        topics().carrying(requests_pb2.RenderSettings)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("[WorkFailed]", "[Nonsense]", "carries Nonsense"),
        ("key: project_id", "key: colour", "keyed by colour"),
        ("partitions: 3", "partitions: 0", "partitions"),
        ("retention_h: 1", "retention_h: -1", "retention_h"),
        ("groups: [director]", "groupies: [director]", "groupies"),
    ],
)
def test_a_wrong_declaration_is_refused(old: str, new: str, said: str) -> None:
    assert parse_topics(GOOD).topics["results"].partitions == 3
    with pytest.raises(ValueError, match=said):
        parse_topics(GOOD.replace(old, new))
