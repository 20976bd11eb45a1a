"""A deployment on real parts: provisioned, provisioned again, looked at; and what is said of what is not well."""

import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread
from typing import cast

import pytest
from kafka.support import settings_of
from ops.operating import Operator
from parts import dynamodb, s3
from parts.ports import free_port
from parts.shared import shared_part

from reelwright_chassis.ids import new_id


@pytest.fixture
def environment(tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    """Of a deployment with names that no other test knows, where nothing is yet. Its director is away."""
    kafka = settings_of(shared_part(tmp_path_factory, "kafka"))
    return {
        "REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS": kafka.bootstrap_servers,
        "REELWRIGHT_KAFKA_TOPIC_PREFIX": kafka.topic_prefix,
        **dynamodb.environment(shared_part(tmp_path_factory, "dynamodb"), prefix=kafka.topic_prefix),
        **s3.environment(shared_part(tmp_path_factory, "s3"), bucket=f"b-{new_id().lower()}"),
        "REELWRIGHT_DIRECTOR_ADDRESS": f"127.0.0.1:{free_port()}",
    }


@pytest.fixture
def operator(environment: dict[str, str]) -> Operator:
    return Operator(environment)


async def test_what_is_missing_is_made_and_then_nothing_is_left_to_do(operator: Operator) -> None:
    told = (await operator.run("provision", "--dry-run", "--json")).data
    assert told["dry_run"] is True
    assert {change["part"] for change in told["changes"]} == {"topic", "table", "bucket"}
    looked = (await operator.run("ops", "check", "--json", "--part", "tables", "--part", "broker", code=1)).data
    missing = [finding for finding in looked if not finding["ok"]]
    assert {finding["part"] for finding in missing} == {"tables", "topics"}
    assert all("reelwright provision" in finding["remedy"] for finding in missing)

    made = (await operator.run("provision", "--json")).data
    assert {change["name"] for change in made["changes"]} == {change["name"] for change in told["changes"]}
    assert made["failed"] == {}
    again = (await operator.run("provision", "--part", "topics", "--part", "tables")).out
    assert again == "Everything is there as declared; nothing to change.\n"

    looked = (await operator.run("ops", "check", "--json", code=1)).data
    assert [finding["part"] for finding in looked if not finding["ok"]] == ["director"]
    assert {"broker", "topics", "tables", "bucket", "identity", "keys"} <= {finding["part"] for finding in looked}
    page = await operator.run("ops", "check", "--part", "tables", "--part", "broker")
    assert page.out.rstrip().endswith("All is well.")


async def test_a_part_that_cannot_be_provisioned_is_said_and_the_others_are(operator: Operator) -> None:
    operator.environment["REELWRIGHT_DYNAMODB_ENDPOINT_URL"] = f"http://127.0.0.1:{free_port()}"
    operator.environment["REELWRIGHT_DYNAMODB_ATTEMPTS"] = "1"
    came = (await operator.run("provision", "--json", code=1)).data
    assert list(came["failed"]) == ["tables"]
    assert {change["part"] for change in came["changes"]} == {"topic", "bucket"}


async def test_a_missing_setting_is_named(operator: Operator) -> None:
    del operator.environment["REELWRIGHT_S3_BUCKET"]
    (finding,) = (await operator.run("ops", "check", "--part", "bucket", "--json", code=1)).data
    assert finding["said"].startswith("REELWRIGHT_S3_BUCKET is not set.")
    assert "REELWRIGHT_S3_BUCKET is not set." in (await operator.run("provision", "--part", "bucket", code=1)).out


async def test_provider_keys_are_looked_for_where_a_provider_is_named(operator: Operator) -> None:
    operator.environment |= {
        "REELWRIGHT_KLING_PROVIDER": "kling",
        "REELWRIGHT_PLANNER_PROVIDER": "extractive",
        "REELWRIGHT_TRANSCRIPTION_ENGINE": "nobody",
    }
    kling, planner, transcription = (await operator.run("ops", "check", "--part", "keys", "--json", code=1)).data
    assert (kling["ok"], kling["remedy"]) == (False, "Set KLING_API_KEY.")
    assert (planner["ok"], planner["said"]) == (True, "extractive: needs no key")
    assert (transcription["ok"], transcription["remedy"]) == (False, "Set it to openai or local.")
    operator.environment |= {"KLING_API_KEY": "secret words", "REELWRIGHT_TRANSCRIPTION_ENGINE": "local"}
    page = await operator.run("ops", "check", "--part", "keys")
    assert "secret words" not in page.out


class Issuer(BaseHTTPRequestHandler):
    """An OIDC issuer that calls itself `name`."""

    name = ""

    def do_GET(self) -> None:
        address = f"http://127.0.0.1:{cast(HTTPServer, self.server).server_port}"
        told = {"issuer": self.name or address, "jwks_uri": f"{address}/jwks"}
        body = json.dumps({"keys": [{}]} if self.path == "/jwks" else told).encode()
        self.send_response(200)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def log_message(self, *_: object) -> None:
        pass


@pytest.fixture
def issuer() -> Iterator[str]:
    server = HTTPServer(("127.0.0.1", 0), Issuer)
    thread = Thread(target=server.serve_forever)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()
    server.server_close()


async def test_the_issuer_of_tokens_is_reached_and_known_by_its_name(issuer: str) -> None:
    operator = Operator({"REELWRIGHT_GATEWAY_OIDC_ISSUER": issuer})
    (finding,) = (await operator.run("ops", "check", "--part", "identity", "--json")).data
    assert finding["said"] == "reached, 1 signing keys"
    operator = Operator({"REELWRIGHT_GATEWAY_OIDC_ISSUER": f"{issuer}/"})
    (finding,) = (await operator.run("ops", "check", "--part", "identity", "--json", code=1)).data
    assert f"it calls itself '{issuer}'" in finding["said"]
    operator.environment["REELWRIGHT_GATEWAY_OIDC_JWKS_URL"] = f"{issuer}/jwks"
    await operator.run("ops", "check", "--part", "identity")
    operator = Operator({"REELWRIGHT_GATEWAY_OIDC_ISSUER": f"http://127.0.0.1:{free_port()}"})
    (finding,) = (await operator.run("ops", "check", "--part", "identity", "--json", code=1)).data
    assert "ConnectError" in finding["said"]
