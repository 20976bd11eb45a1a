"""The CloudFormation templates that follow from the code: k8s/aws/tables.yaml and k8s/aws/roles.yaml."""

import json
from collections.abc import Sequence
from typing import Any

import yaml
from tools.aws.rights import COMPONENTS, TABLES, policy

from reelwright_chassis.store.dynamo_schema import creation
from reelwright_chassis.store.port import Table

Template = dict[str, Any]
_HEAD = "# Written by `make charts` out of the code; change it there ({source}).\n"
_PARAMETERS = {
    "Namespace": {"Type": "String", "Default": "media", "Description": "The Kubernetes namespace of the release."},
    "Release": {
        "Type": "String", "Default": "reelwright",
        "Description": "What the names of the release's service accounts begin with.",
    },
    "OidcProvider": {"Type": "String", "Description": "The cluster's OIDC issuer, without https://."},
    "Bucket": {"Type": "String", "Description": "The bucket of recordings, pictures and videos."},
    "Kafka": {"Type": "String", "Description": "NAME/UUID of the MSK cluster, out of its ARN."},
    "Tables": {"Type": "String", "Default": "reelwright.", "Description": "What tables' names begin with."},
    "Topics": {"Type": "String", "Default": "reelwright.", "Description": "What topics and groups begin with."},
}  # fmt: skip


def tables_file() -> str:
    tables = [table for owned in TABLES.values() for table in owned]
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "Reelwright's tables, paid by use, with point-in-time recovery",
        "Parameters": {"Tables": _PARAMETERS["Tables"]},
        "Resources": {_logical(table.name): _table(table) for table in tables},
    }
    return _HEAD.format(source="the services' tables.py") + _written(template)


def _table(table: Table) -> Template:
    properties = creation(table, table.name, protected=True)
    properties["TableName"] = {"Fn::Sub": "${Tables}" + table.name}
    properties["PointInTimeRecoverySpecification"] = {"PointInTimeRecoveryEnabled": True}
    properties["SSESpecification"] = {"SSEEnabled": True}
    if table.ttl:
        properties["TimeToLiveSpecification"] = {"AttributeName": table.ttl, "Enabled": True}
    kept = {"DeletionPolicy": "Retain", "UpdateReplacePolicy": "Retain"}
    return {"Type": "AWS::DynamoDB::Table", **kept, "Properties": properties}


def roles_file() -> str:
    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Description": "A role for each of Reelwright's service accounts, with the least rights that it works with",
        "Parameters": _PARAMETERS,
        "Resources": {f"{_logical(name)}Role": _role(name) for name in COMPONENTS},
        "Outputs": {f"{_logical(name)}Role": {"Value": {"Fn::GetAtt": [f"{_logical(name)}Role", "Arn"]}}
                    for name in COMPONENTS},
    }  # fmt: skip
    return _HEAD.format(source="tools/aws/rights.py") + _written(template)


def _role(component: str) -> Template:
    document = policy(component)
    statements = [
        {**each, "Resource": [_substituted(arn) for arn in each["Resource"]]} for each in document["Statement"]
    ]
    properties = {
        "Description": f"What {component} of Reelwright may do",
        "AssumeRolePolicyDocument": {"Fn::Sub": _trust(component)},
        "Policies": [{"PolicyName": component, "PolicyDocument": {**document, "Statement": statements}}],
    }
    return {"Type": "AWS::IAM::Role", "Properties": properties}


def _substituted(arn: str) -> str | Template:
    return {"Fn::Sub": arn} if "${" in arn else arn


def _trust(component: str) -> str:
    """As text, because the name of the condition holds the issuer's."""
    account = "system:serviceaccount:${Namespace}:${Release}-" + component
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "arn:aws:iam::${AWS::AccountId}:oidc-provider/${OidcProvider}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringEquals": {"${OidcProvider}:sub": account, "${OidcProvider}:aud": "sts.amazonaws.com"}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _logical(name: str) -> str:
    return "".join(word.capitalize() for word in name.split("-"))


def _written(template: Template) -> str:
    return yaml.dump(template, sort_keys=False, width=116, Dumper=_Plain)


class _Plain(yaml.SafeDumper):
    """Without anchors."""

    def ignore_aliases(self, _data: Any) -> bool:
        return True


def iam_page() -> str:
    """docs/iam.md: each policy as JSON."""
    parts: Sequence[str] = [_PAGE]
    for component in COMPONENTS:
        text = json.dumps(policy(component), indent=2)
        parts = [*parts, f"\n## {component}\n\n```json\n{text}\n```\n"]
    return "".join(parts)


_PAGE = """# Rights in AWS

Written by `make docs` out of `tools/aws/rights.py`, which reads who owns which table and topic from the code.
[k8s/aws/roles.yaml](../k8s/aws/roles.yaml) makes a role with each. By hand: put your names in the places of
`${Bucket}`, `${Tables}` and `${Topics}` (`reelwright.` where nothing is set), `${Kafka}` (NAME/UUID, out of the ARN of
the MSK cluster), `${AWS::Region}` and `${AWS::AccountId}`.

With a KMS key of your own, who writes also needs `kms:GenerateDataKey`, who reads `kms:Decrypt`, on that key. Without
MSK leave out the statements with `kafka-cluster:`. `kling-sim` needs no rights.
"""
