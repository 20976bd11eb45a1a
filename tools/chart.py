"""Writes what of the chart follows from the code: its copy of the topics, values.schema.json, and README.md;
and the AWS templates that follow from it: roles and tables.

python tools/chart.py          writes them
python tools/chart.py --check  changes nothing; exit status 1 when they are stale

The schema is strict: a key that the chart does not know is refused. What may stand under `settings` is read from the
services' settings classes, so that a value is refused before a pod could refuse it.
"""

import json
import sys
from importlib.resources import files
from pathlib import Path
from typing import Any

from pydantic_settings import BaseSettings
from tools.aws.templates import roles_file, tables_file
from tools.chart_readme import readme
from tools.setting_names import SECTIONS, helm_value

from reelwright_chassis.blobs.s3_settings import S3Settings
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.serving.settings import ServiceSettings
from reelwright_chassis.store.dynamo_settings import DynamoSettings
from reelwright_chassis.tracing.settings import SAMPLERS
from reelwright_director.settings import DirectorSettings
from reelwright_gateway.settings import GatewaySettings
from reelwright_kling_gateway.settings import KlingSettings
from reelwright_kling_sim.settings import SimSettings
from reelwright_planner.settings import PlannerSettings
from reelwright_renderer.settings import RendererSettings
from reelwright_transcription.settings import TranscriptionSettings

CHART = Path(__file__).resolve().parent.parent / "charts" / "reelwright"
AWS = CHART.parent.parent / "k8s" / "aws"
CLASSES: tuple[type[BaseSettings], ...] = (
    ServiceSettings, KafkaSettings, DynamoSettings, S3Settings, DirectorSettings, GatewaySettings,
    TranscriptionSettings, PlannerSettings,
    KlingSettings, RendererSettings, SimSettings,
)  # fmt: skip

Schema = dict[str, Any]
TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
WORDS: Schema = {"type": "object", "additionalProperties": {"type": "string"}}
ANYTHING: Schema = {"type": "object"}
LIST: Schema = {"type": "array"}
OBJECTS: Schema = {"type": "array", "items": {"type": "object"}}


def closed(properties: Schema, required: tuple[str, ...] = (), **more: Any) -> Schema:
    return {"type": "object", "additionalProperties": False, "properties": properties, **more} | (
        {"required": list(required)} if required else {}
    )


def settings() -> Schema:
    """The sections of `settings`, by the classes that read them."""
    sections: dict[str, Schema] = {name: {} for name in SECTIONS}
    for each in CLASSES:
        described = each.model_json_schema(by_alias=False, mode="validation")
        for name, field in each.model_fields.items():
            if _nested(field.annotation):
                continue
            section, _, key = helm_value(each, name).partition(".")
            if section:
                sections[section][key] = _property(described["properties"][name], described)
    required = {"kafka": ("bootstrapServers",), "s3": ("bucket",)}
    for section, names in required.items():
        for name in names:  # that it is not set is said by the templates, in a sentence
            sections[section][name] = {"anyOf": [{"const": ""}, sections[section][name]]}
    return closed({name: closed(found, required.get(name, ())) for name, found in sections.items()})


def _nested(annotation: Any) -> bool:
    return isinstance(annotation, type) and issubclass(annotation, BaseSettings)


def _property(found: Schema, whole: Schema) -> Schema:
    """What a class says of one field. References are resolved, since the schema is one document."""
    found = {name: value for name, value in found.items() if name not in ("title", "default", "format", "writeOnly")}
    if "$ref" in found:
        found = {**whole["$defs"][found.pop("$ref").rpartition("/")[2]], **found}
        found.pop("title", None)
    return {**found, "anyOf": [_property(each, whole) for each in found["anyOf"]]} if "anyOf" in found else found


def component(name: str) -> Schema:
    keda = {
        "enabled": FLAG, "pollingInterval": COUNT, "cooldownPeriod": COUNT, "minReplicaCount": COUNT,
        "maxReplicaCount": COUNT, "lagThreshold": COUNT, "stabilizationWindowSeconds": COUNT, "kafkaVersion": TEXT,
        "fallback": closed({"failureThreshold": COUNT, "replicas": COUNT}),
    }  # fmt: skip
    hpa = {
        "enabled": FLAG, "minReplicas": COUNT, "maxReplicas": COUNT,
        "targetCPUUtilizationPercentage": {"type": "integer", "minimum": 1, "maximum": 100},
    }  # fmt: skip
    shared = {
        "replicas": COUNT,
        "resources": closed({"requests": ANYTHING, "limits": ANYTHING, "claims": LIST}),
        "scratchSize": TEXT,
        "terminationGracePeriodSeconds": {"type": "integer", "minimum": 20},
        "extraEnv": OBJECTS, "extraVolumes": OBJECTS, "extraVolumeMounts": OBJECTS,
        "podAnnotations": WORDS, "podLabels": WORDS,
        "nodeSelector": WORDS, "tolerations": OBJECTS, "affinity": ANYTHING, "spread": FLAG, "priorityClassName": TEXT,
        "serviceAccount": account(),
        "pdb": closed({"enabled": FLAG, "maxUnavailable": {"type": ["integer", "string"]}}),
        "keda": closed(keda), "hpa": closed(hpa),
    }  # fmt: skip
    return closed(shared if name == "defaults" else {"enabled": FLAG, **shared})


def account() -> Schema:
    return closed({"create": FLAG, "name": TEXT, "annotations": WORDS})


COMPONENTS = ("gateway", "director", "transcription", "planner", "kling-gateway", "renderer", "renderer-gpu", "preview",
              "kling-sim")  # fmt: skip


def schema() -> Schema:
    registry = {
        **TEXT,
        "description": "The registry and path that hold the images. There is none by default: build them and put them "
        "into yours with `make images push REGISTRY=...`.",
    }  # fmt: skip
    secret = closed(
        {"secret": TEXT, "key": TEXT, "components": {"type": "array", "items": {"enum": [*COMPONENTS, "provision"]}}},
        ("secret", "key", "components"),
    )
    monitor = {"enabled": FLAG, "labels": WORDS}
    keda = component("defaults")["properties"]["keda"]["properties"]
    properties = {
        "fullnameOverride": TEXT,
        "commonLabels": WORDS,
        "image": closed({
            "registry": registry, "prefix": TEXT, "tag": TEXT,
            "pullPolicy": {"enum": ["IfNotPresent", "Always", "Never"]},
            "pullSecrets": {"type": "object", "additionalProperties": FLAG},
        }),
        "settings": settings(),
        "secrets": {"type": "object", "additionalProperties": secret},
        "externalSecrets": closed({
            "enabled": FLAG, "refreshInterval": TEXT,
            "storeRef": closed({"name": TEXT, "kind": {"enum": ["SecretStore", "ClusterSecretStore"]}}),
            "data": {"type": "object", "additionalProperties": {"type": "object", "additionalProperties": ANYTHING}},
        }),
        "defaults": component("defaults"),
        "components": closed({name: component(name) for name in COMPONENTS}),
        "keda": closed(
            {name: each for name, each in keda.items() if name not in ("enabled", "maxReplicaCount")}
            | {"triggerAuthentication": closed({"existing": TEXT})}
        ),
        "service": closed({
            "type": {"enum": ["ClusterIP", "NodePort", "LoadBalancer"]}, "annotations": WORDS,
            "port": {"type": "integer", "minimum": 1, "maximum": 65_535},
        }),
        "ingress": closed(
            {"enabled": FLAG, "className": TEXT, "annotations": WORDS, "host": TEXT, "tlsSecret": TEXT}
        ),
        "gatewayApi": closed({
            "enabled": FLAG, "parentRefs": OBJECTS, "hostnames": {"type": "array", "items": TEXT}, "annotations": WORDS,
        }),
        "networkPolicies": closed({"enabled": FLAG, "gatewayFrom": OBJECTS, "monitoringFrom": OBJECTS}),
        "monitoring": closed({
            "podMonitor": closed({**monitor, "interval": TEXT}), "rules": closed({**monitor, "runbooks": TEXT}),
            "dashboards": closed({**monitor, "annotations": WORDS}),
        }),
        "tracing": closed({
            "enabled": FLAG, "endpoint": {"type": "string", "pattern": "^(https?://.+)?$"},
            "sampler": {"enum": list(SAMPLERS)}, "samplerArg": {"type": "number", "minimum": 0, "maximum": 1},
        }),
        "provision": closed({
            "enabled": FLAG, "dryRun": FLAG, "activeDeadlineSeconds": COUNT, "serviceAccount": account(),
            "resources": component("defaults")["properties"]["resources"],
        }),
        "tests": closed({"apiKeySecret": TEXT, "apiKey": TEXT, "withinSeconds": COUNT}),
        "extraManifests": {"type": "array", "items": {"type": ["object", "string"]}},
        "global": ANYTHING,
    }  # fmt: skip
    return {"$schema": "http://json-schema.org/draft-07/schema#", "title": "Values of Reelwright"} | closed(properties)


def main() -> int:
    wanted = {
        CHART / "files" / "topics.yaml": files("reelwright").joinpath("topics.yaml").read_text(encoding="utf-8"),
        CHART / "README.md": readme(CHART),
        AWS / "roles.yaml": roles_file(),
        AWS / "tables.yaml": tables_file(),
        CHART / "values.schema.json": json.dumps(schema(), indent=1, sort_keys=True) + "\n",
    }
    stale = [path for path, text in wanted.items() if not path.exists() or path.read_text(encoding="utf-8") != text]
    if "--check" in sys.argv:
        for path in stale:
            print(f"{path.relative_to(CHART.parent.parent)} is stale. Run: make charts", file=sys.stderr)
        return 1 if stale else 0
    for path in stale:
        path.write_text(wanted[path], encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
