"""The templates are what CloudFormation takes, and what they make is what the code would make."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import boto3
import pytest
import yaml
from moto import mock_aws
from tools.aws.templates import iam_page, roles_file, tables_file

from reelwright_chassis.blobs.s3_bucket import provision_bucket
from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.store.dynamo_tables import provision_tables
from reelwright_standalone.ops.declared import all_tables

ROOT = Path(__file__).parents[2]
AWS = ROOT / "k8s" / "aws"
REGION = "eu-central-1"
pytestmark = pytest.mark.filterwarnings("ignore:Tried to parse .* not supported by moto:UserWarning")
NAMES = ("bucket", "platform", "roles", "tables")


@pytest.fixture
def cloud(monkeypatch: pytest.MonkeyPatch) -> Any:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "testing")
    monkeypatch.setenv("AWS_DEFAULT_REGION", REGION)
    with mock_aws():
        yield boto3.client("cloudformation", region_name=REGION)


def deploy(cloud: Any, name: str, **parameters: str) -> None:
    given = [{"ParameterKey": key, "ParameterValue": value} for key, value in parameters.items()]
    body = (AWS / f"{name}.yaml").read_text(encoding="utf-8")
    cloud.create_stack(StackName=name, TemplateBody=body, Parameters=given, Capabilities=["CAPABILITY_IAM"])
    assert cloud.describe_stacks(StackName=name)["Stacks"][0]["StackStatus"] == "CREATE_COMPLETE"


@pytest.mark.parametrize("name", NAMES)
def test_cfn_lint_has_nothing_to_say(name: str) -> None:
    program = Path(sys.executable).with_name("cfn-lint")
    command = [str(program), "--regions", REGION, "--", str(AWS / f"{name}.yaml")]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout) == (0, "")


def test_what_follows_from_the_code_is_current() -> None:
    assert (AWS / "tables.yaml").read_text(encoding="utf-8") == tables_file(), "make charts"
    assert (AWS / "roles.yaml").read_text(encoding="utf-8") == roles_file(), "make charts"
    assert (ROOT / "docs" / "iam.md").read_text(encoding="utf-8") == iam_page(), "make docs"


async def test_provisioning_finds_nothing_to_change_in_the_tables(cloud: Any) -> None:
    deploy(cloud, "tables")
    client = boto3.client("dynamodb", region_name=REGION)
    there = client.list_tables()["TableNames"]
    assert sorted(there) == sorted(f"reelwright.{table.name}" for table in all_tables())
    changes = [
        change.what
        for change in await provision_tables(DynamoSettings.model_validate({"region": REGION}), all_tables())
    ]
    # moto's CloudFormation sets neither expiry nor recovery; the template does, as the next test says.
    assert not [what for what in changes if not what.startswith(("items expire by", "can be brought back"))], changes


def test_tables_expire_and_can_be_restored() -> None:
    made = yaml.safe_load((AWS / "tables.yaml").read_text(encoding="utf-8"))["Resources"].values()
    expiring = {
        each["Properties"]["TableName"]["Fn::Sub"].removeprefix("${Tables}"): each["Properties"] for each in made
    }
    for table in all_tables():
        properties = expiring[table.name]
        assert properties.get("TimeToLiveSpecification", {}).get("AttributeName") == table.ttl
        assert properties["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
        assert properties["DeletionProtectionEnabled"] is True


async def test_provisioning_finds_nothing_to_change_in_the_bucket(cloud: Any) -> None:
    deploy(cloud, "bucket", Bucket="media", Origins="https://reels.example")
    settings = S3Settings.model_validate(
        {"bucket": "media", "region": REGION, "cors_origins": ["https://reels.example"]}
    )
    changes = [change.what for change in await provision_bucket(settings)]
    # moto's CloudFormation leaves out what it does not know of a bucket; what it knows must be right.
    assert not [what for what in changes if "created" in what or "encrypted" in what], changes


def test_the_bucket_has_the_rules_that_provisioning_makes() -> None:
    from reelwright_chassis.blobs.s3_rules import lifecycle  # noqa: PLC0415

    template = yaml.safe_load((AWS / "bucket.yaml").read_text(encoding="utf-8"))
    properties = template["Resources"]["Media"]["Properties"]
    defaults = {name: each.get("Default") for name, each in template["Parameters"].items()}
    made = {rule["Id"]: rule for rule in properties["LifecycleConfiguration"]["Rules"]}
    abort, versions = lifecycle(S3Settings.model_validate({"bucket": "media"}))
    assert set(made) == {abort["ID"], versions["ID"]}
    assert defaults["AbortUploadsAfterDays"] == abort["AbortIncompleteMultipartUpload"]["DaysAfterInitiation"]
    assert defaults["KeepVersionsDays"] == versions["NoncurrentVersionExpiration"]["NoncurrentDays"]
    assert all(properties["PublicAccessBlockConfiguration"].values())
    assert properties["AccelerateConfiguration"] == {"AccelerationStatus": "Enabled"}


def test_roles_are_made_and_trusted_by_their_service_accounts_alone(cloud: Any) -> None:
    deploy(cloud, "roles", OidcProvider="oidc.example/id/A1", Bucket="media", Kafka="media/0-1")
    found = {role["Description"].split()[1]: role for role in boto3.client("iam").list_roles()["Roles"]}
    trust = found["renderer-gpu"]["AssumeRolePolicyDocument"]
    trust = json.loads(trust) if isinstance(trust, str) else trust
    condition = trust["Statement"][0]["Condition"]["StringEquals"]
    assert condition["oidc.example/id/A1:sub"] == "system:serviceaccount:media:reelwright-renderer-gpu"


def test_the_registry_scans_what_is_pushed_and_has_a_place_for_each_image() -> None:
    template = yaml.safe_load((AWS / "platform.yaml").read_text(encoding="utf-8"))
    repositories = [
        each["Properties"] for each in template["Resources"].values() if each["Type"] == "AWS::ECR::Repository"
    ]
    assert all(each["ImageScanningConfiguration"] == {"ScanOnPush": True} for each in repositories)
    from tools.cluster_up import images  # noqa: PLC0415

    named = {each["RepositoryName"]["Fn::Sub"].removeprefix("${Prefix}/reelwright-") for each in repositories}
    assert named == set(images())


def test_the_platform_comes_up_but_for_the_user_pool_that_moto_lacks(cloud: Any) -> None:
    template = yaml.safe_load((AWS / "platform.yaml").read_text(encoding="utf-8"))
    for section, names in (("Resources", ("Users", "Studio")), ("Outputs", ("Issuer", "Audience"))):
        for name in names:
            del template[section][name]
    cloud.create_stack(StackName="platform", TemplateBody=json.dumps(template))
    (stack,) = cloud.describe_stacks(StackName="platform")["Stacks"]
    assert stack["StackStatus"] == "CREATE_COMPLETE"
    assert {each["OutputKey"] for each in stack["Outputs"]} == {"Registry", "Network", "PrivateSubnets"}
