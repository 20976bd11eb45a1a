"""How a process is told where its broker is and who it is there; and where tokens come from."""

import json
import threading
import urllib.parse
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest
from aiokafka.errors import AuthenticationFailedError

from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_client import KafkaClients
from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_tokens import token_provider
from reelwright_chassis.errors import SettingsError

HERE = {"bootstrap_servers": "127.0.0.1:1"}
WITH_TOKENS = {**HERE, "security_protocol": "SASL_PLAINTEXT", "sasl_mechanism": "OAUTHBEARER"}


def test_the_environment_is_enough(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS", "a:1,b:2")
    settings = KafkaSettings.load()
    assert (settings.bootstrap_servers, settings.topic_prefix) == ("a:1,b:2", "reelwright.")
    assert (settings.session_timeout_s, settings.heartbeat_interval_s, settings.rebalance_timeout_s) == (45, 3, 60)


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({}, "REELWRIGHT_KAFKA_BOOTSTRAP_SERVERS is not set"),
        (HERE | {"security_protocol": "SASL_SSL"}, "REELWRIGHT_KAFKA_SASL_USERNAME is not set, and SCRAM-SHA-512"),
        (
            HERE | {"security_protocol": "SASL_SSL", "sasl_username": "u"},
            "REELWRIGHT_KAFKA_SASL_PASSWORD is not set, and SCRAM-SHA-512 needs it",
        ),
        (WITH_TOKENS, "REELWRIGHT_KAFKA_TOKEN_PROVIDER is not set, and OAUTHBEARER needs it"),
        (WITH_TOKENS | {"token_provider": "aws-msk-iam"}, "REELWRIGHT_KAFKA_AWS_REGION is not set"),
        (WITH_TOKENS | {"token_provider": "oauth"}, "REELWRIGHT_KAFKA_OAUTH_TOKEN_URL is not set"),
        (WITH_TOKENS | {"token_provider": "what?"}, "REELWRIGHT_KAFKA_TOKEN_PROVIDER"),
        (HERE | {"heartbeat_interval_s": 30}, "more than half of REELWRIGHT_KAFKA_SESSION_TIMEOUT_S"),
    ],
)
def test_what_is_missing_is_named(given: dict[str, object], said: str) -> None:
    with pytest.raises(SettingsError, match=said.replace("?", r"\?")):
        KafkaSettings.load(**given)


def test_a_password_is_in_no_error_and_no_repr() -> None:
    given = HERE | {"security_protocol": "SASL_SSL", "sasl_password": "hush"}
    with pytest.raises(SettingsError) as raised:
        KafkaSettings.load(**given)
    assert "hush" not in str(raised.value)
    assert "hush" not in repr(KafkaSettings.load(**given, sasl_username="u"))


async def test_a_file_for_tls_that_is_not_there_is_named() -> None:
    settings = KafkaSettings.load(**HERE, security_protocol="SSL", ssl_cafile="/nowhere/ca.pem")
    with pytest.raises(SettingsError, match="REELWRIGHT_KAFKA_SSL_CAFILE"):
        await KafkaBus.open(settings)


@pytest.mark.parametrize("name", ["no.such.module:token", "reelwright_chassis.ids:no_such_function"])
async def test_a_token_function_that_is_not_there_is_named(name: str) -> None:
    with pytest.raises(SettingsError, match="REELWRIGHT_KAFKA_TOKEN_PROVIDER"):
        KafkaClients(KafkaSettings.load(**WITH_TOKENS, token_provider=name))


class TokenServer(HTTPServer):
    """An authority that exchanges client credentials, each time for another token."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), TokenHandler)
        self.asked: list[tuple[str, dict[str, list[str]]]] = []
        self.expires_in = 300.0
        self.status = 200


class TokenHandler(BaseHTTPRequestHandler):
    server: TokenServer

    def do_POST(self) -> None:
        form = urllib.parse.parse_qs(self.rfile.read(int(self.headers["Content-Length"])).decode())
        self.server.asked.append((self.headers["Authorization"], form))
        self.send_response(self.server.status)
        self.end_headers()
        answer = {"access_token": f"token-{len(self.server.asked)}", "expires_in": self.server.expires_in}
        self.wfile.write(json.dumps(answer).encode())

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def authority() -> Iterator[TokenServer]:
    server = TokenServer()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def oauth(authority: TokenServer) -> KafkaSettings:
    url = f"http://127.0.0.1:{authority.server_port}/token"
    return KafkaSettings.load(
        **WITH_TOKENS,
        token_provider="oauth",
        oauth_token_url=url,
        oauth_client_id="me",
        oauth_client_secret="s:cret",
        oauth_scope="kafka",
    )


async def test_client_credentials_are_exchanged_once_for_as_long_as_the_token_lives(authority: TokenServer) -> None:
    provider = token_provider(oauth(authority))
    assert [await provider.token() for _ in range(3)] == ["token-1"] * 3
    ((basic, form),) = authority.asked
    assert basic == "Basic bWU6cyUzQWNyZXQ="  # me:s%3Acret
    assert form == {"grant_type": ["client_credentials"], "scope": ["kafka"]}


async def test_a_token_that_has_ended_is_asked_for_anew(authority: TokenServer) -> None:
    authority.expires_in = 0.0
    provider = token_provider(oauth(authority))
    assert [await provider.token(), await provider.token()] == ["token-1", "token-2"]


async def test_an_authority_that_refuses_is_an_error_that_ends_the_connection(authority: TokenServer) -> None:
    authority.status = 401
    with pytest.raises(AuthenticationFailedError, match="401"):
        await token_provider(oauth(authority)).token()


async def test_aws_signs_with_the_credentials_that_it_finds(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIDEXAMPLE")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    settings = KafkaSettings.load(**WITH_TOKENS, token_provider="aws-msk-iam", aws_region="eu-central-1")
    provider = token_provider(settings)
    token = await provider.token()
    assert token
    assert token == await provider.token()


def sync_token() -> tuple[str, float]:
    return "sync", 60.0


async def async_token() -> tuple[str, float]:
    return "async", 60.0


@pytest.mark.parametrize("name", ["sync", "async"])
async def test_a_function_of_ones_own_gives_tokens(name: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(
        "reelwright_chassis.ids.own_token", {"sync": sync_token, "async": async_token}[name], raising=False
    )
    settings = KafkaSettings.load(**WITH_TOKENS, token_provider="reelwright_chassis.ids:own_token")
    assert await token_provider(settings).token() == name
