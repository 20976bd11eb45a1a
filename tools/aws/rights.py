"""What each component may do in AWS, and nothing else: IAM policies out of who owns which table and topic. Pure.

Resources are written as CloudFormation substitutes them: ${Bucket}, ${Tables} (the tables' prefix), ${Topics} (the
topics'), ${Kafka} (NAME/UUID of the MSK cluster), and AWS's own.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from reelwright_chassis.store.port import Table
from reelwright_chassis.topics import Topic, topics
from reelwright_director import tables as directors
from reelwright_kling_gateway import tables as kling_gateways

Policy = dict[str, Any]

WORKERS = ("transcription", "planner", "kling-gateway", "renderer", "renderer-gpu")
COMPONENTS = ("gateway", "director", *WORKERS, "preview", "provision")
READ, WRITE, DELETE = ("s3:GetObject",), ("s3:PutObject", "s3:AbortMultipartUpload"), ("s3:DeleteObject",)
_RENDERER = (("audio-projects/*", READ), ("ai-generated/*", READ), ("audio-projects/*/segments/*", WRITE),
             ("final-videos/*", READ + WRITE))  # fmt: skip
OBJECTS: Mapping[str, Sequence[tuple[str, tuple[str, ...]]]] = {
    "gateway": (
        ("audio-projects/*", (*READ, *WRITE, *DELETE, "s3:ListMultipartUploadParts")),
        ("ai-generated/*", READ),
        ("final-videos/*", READ),
    ),
    # It copies and removes whole projects; `checks/` is where `ops check` tries its rights.
    "director": tuple((f"{place}/*", READ + WRITE + DELETE) for place in
                      ("audio-projects", "ai-generated", "final-videos", "checks")),
    "transcription": (("audio-projects/*", READ),),
    "kling-gateway": (("ai-generated/*", READ + WRITE + DELETE),),
    "renderer": _RENDERER,
    "renderer-gpu": _RENDERER,
    "preview": (("audio-projects/*", READ), ("ai-generated/*", READ)),
}  # fmt: skip
"""Whose objects a component reads, writes and removes, by the beginning of their keys."""
TABLES: Mapping[str, Sequence[Table]] = {"director": directors.ALL, "kling-gateway": kling_gateways.TABLES}
ITEM_ACTIONS = ("dynamodb:GetItem", "dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:ConditionCheckItem",
                "dynamodb:Query", "dynamodb:DescribeTable")  # fmt: skip
TABLE_ACTIONS = ("dynamodb:CreateTable", "dynamodb:DescribeTable", "dynamodb:UpdateTable", "dynamodb:UpdateTimeToLive",
                 "dynamodb:DescribeTimeToLive", "dynamodb:UpdateContinuousBackups",
                 "dynamodb:DescribeContinuousBackups")  # fmt: skip
BUCKET_ACTIONS = tuple(f"s3:{verb}{what}" for what in (
    "BucketPublicAccessBlock", "EncryptionConfiguration", "LifecycleConfiguration", "BucketCORS",
    "AccelerateConfiguration",
) for verb in ("Get", "Put"))  # fmt: skip
TOPIC_ACTIONS = ("kafka-cluster:CreateTopic", "kafka-cluster:DescribeTopic", "kafka-cluster:AlterTopic",
                 "kafka-cluster:DescribeTopicDynamicConfiguration",
                 "kafka-cluster:AlterTopicDynamicConfiguration")  # fmt: skip


def policy(component: str) -> Policy:
    """The policy document of one component."""
    statements = _provision() if component == "provision" else _service(component)
    return {"Version": "2012-10-17", "Statement": list(statements)}


def _service(component: str) -> Iterator[Policy]:
    if places := OBJECTS.get(component):
        yield _allow("ListBucket", ["s3:ListBucket"], ["arn:aws:s3:::${Bucket}"])
        yield from _objects(places)
    if tables := TABLES.get(component):
        yield _allow("Items", ITEM_ACTIONS, [arn for table in tables for arn in _table(table)])
    if component == "director":
        others = [arn for table in kling_gateways.TABLES for arn in _table(table)[:1]]
        looks = ["dynamodb:DescribeTable", "dynamodb:DescribeTimeToLive", "dynamodb:DescribeContinuousBackups"]
        own = [arn for table in directors.ALL for arn in _table(table)[:1]]
        yield _allow("CheckTables", looks, own + others)
    if component != "preview":
        yield from _kafka(component)


def _objects(places: Sequence[tuple[str, tuple[str, ...]]]) -> Iterator[Policy]:
    """One statement for each set of actions."""
    by_actions: dict[tuple[str, ...], list[str]] = {}
    for keys, actions in places:
        by_actions.setdefault(actions, []).append(f"arn:aws:s3:::${{Bucket}}/{keys}")
    for number, (actions, keys_) in enumerate(by_actions.items()):
        yield _allow(f"Objects{number or ''}", actions, keys_)


def _table(table: Table) -> list[str]:
    """The table's ARN, and that of its indexes where it has any."""
    arn = "arn:aws:dynamodb:${AWS::Region}:${AWS::AccountId}:table/${Tables}" + table.name
    return [arn, f"{arn}/index/*"] if table.indexes else [arn]


def _kafka(component: str) -> Iterator[Policy]:
    declared = topics().topics.values()
    writes = [topic.name for topic in declared if component in topic.producers]
    grouped = [(topic, group) for topic in declared for group in topic.groups if _is_of(group, component)]
    reads = [topic.name for topic, _ in grouped] + [topic.name for topic in declared if component in topic.followers]
    writes += [f"{topic.name}.dlq" for topic, _ in grouped]
    yield _allow("Broker", ["kafka-cluster:Connect", "kafka-cluster:WriteDataIdempotently"], [_msk("cluster")])
    if reads:
        yield _allow("Read", ["kafka-cluster:DescribeTopic", "kafka-cluster:ReadData"], map(_topic, reads))
    if writes:
        yield _allow("Write", ["kafka-cluster:DescribeTopic", "kafka-cluster:WriteData"], map(_topic, writes))
    if grouped:
        names = [_msk("group", "${Topics}" + group) for _, group in grouped]
        yield _allow("Groups", ["kafka-cluster:AlterGroup", "kafka-cluster:DescribeGroup"], names)


def _is_of(group: str, component: str) -> bool:
    """A component's groups are called after it, as `kling-gateway-deletions`; `renderer-gpu` is one of its own."""
    owners = [name for name in COMPONENTS if group == name or group.startswith(f"{name}-")]
    return component == max(owners, key=len, default="")


def _provision() -> Iterator[Policy]:
    every = [arn for owned in TABLES.values() for table in owned for arn in _table(table)]
    yield _allow("Tables", TABLE_ACTIONS, every)
    yield _allow("Bucket", ["s3:CreateBucket", "s3:ListBucket", *BUCKET_ACTIONS], ["arn:aws:s3:::${Bucket}"])
    yield _allow("Broker", ["kafka-cluster:Connect", "kafka-cluster:DescribeCluster"], [_msk("cluster")])
    yield _allow("Topics", TOPIC_ACTIONS, [_topic("*")])


def _topic(name: str) -> str:
    return _msk("topic", "${Topics}" + name)


def _msk(kind: str, name: str = "") -> str:
    return f"arn:aws:kafka:${{AWS::Region}}:${{AWS::AccountId}}:{kind}/${{Kafka}}" + (f"/{name}" if name else "")


def _allow(sid: str, actions: Sequence[str], resources: Any) -> Policy:
    return {"Sid": sid, "Effect": "Allow", "Action": list(actions), "Resource": list(resources)}


def declared() -> Sequence[Topic]:
    return list(topics().topics.values())
