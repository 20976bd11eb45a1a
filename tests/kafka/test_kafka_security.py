"""A broker that wants TLS and a name: who may come in does, who may not is told why, at once."""

import base64
import json
import time
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest
from kafka.support import EagerBus, eager_bus, settings_of
from parts import kafka
from parts.certificates import make_certificates
from parts.kafka_config import STRANGER, STRANGERS_PASSWORD

from reelwright_chassis.bus.kafka import KafkaBus
from reelwright_chassis.bus.kafka_check import check_broker
from reelwright_chassis.bus.port import Message
from reelwright_chassis.errors import SettingsError, Unavailable

AT_ONCE_S = 15.0


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, str]]:
    if why := kafka.missing():
        pytest.skip(why)
    part = kafka.Kafka(tmp_path_factory.mktemp("secure"), secure=True)
    part.start()
    yield part.address
    part.stop()


def unsigned_token() -> tuple[str, float]:
    """As alice, in the form that Kafka accepts where it is not told who signs."""
    claims = {"sub": "alice", "iat": time.time(), "exp": time.time() + 60}
    parts = (base64.urlsafe_b64encode(json.dumps(part).encode()).decode() for part in ({"alg": "none"}, claims))
    return ".".join(part.rstrip("=") for part in parts) + ".", 60.0


def strangers_token() -> tuple[str, float]:
    return "no token at all", 60.0


async def goes_round(bus: EagerBus) -> None:
    """A message is published and read by a member of a group."""
    from contract.test_bus_contract import join, take  # noqa: PLC0415

    consumer = await join(bus, "t", "g")
    await bus.publish([Message("t", "k", b"x")])
    (record,) = await take(consumer, 1)
    assert record.value == b"x"
    assert await bus.lag("t", "g") == 1
    await consumer.commit({record.at: record.offset + 1})
    assert await bus.lag("t", "g") == 0


async def test_scram_over_tls(address: Mapping[str, str]) -> None:
    async with eager_bus(settings_of(address)) as bus:
        await goes_round(bus)


async def test_tokens_over_tls(address: Mapping[str, str]) -> None:
    given = {"sasl_mechanism": "OAUTHBEARER", "token_provider": f"{__name__}:unsigned_token"}
    async with eager_bus(settings_of(address, **given)) as bus:
        await goes_round(bus)


async def refused(address: Mapping[str, str], **given: object) -> str:
    """Why a bus cannot be opened, said before long."""
    began_s = time.monotonic()
    with pytest.raises((SettingsError, Unavailable)) as raised:
        await KafkaBus.open(settings_of(address, **given))
    assert time.monotonic() - began_s < AT_ONCE_S
    return str(raised.value)


async def test_a_wrong_password_is_a_clear_line(address: Mapping[str, str]) -> None:
    said = await refused(address, sasl_password="wrong")
    assert said.startswith(f"The broker {address['bootstrap_servers']} refuses the user 'alice': ")
    assert "invalid credentials" in said
    assert "REELWRIGHT_KAFKA_SASL_PASSWORD" in said
    (finding,) = await check_broker(settings_of(address, sasl_password="wrong"))
    assert (finding.ok, finding.said) == (False, said)


async def test_a_token_that_is_none_is_a_clear_line(address: Mapping[str, str]) -> None:
    given = {"sasl_mechanism": "OAUTHBEARER", "token_provider": f"{__name__}:strangers_token"}
    said = await refused(address, **given)
    assert "refuses the token" in said
    assert "REELWRIGHT_KAFKA_TOKEN_PROVIDER" in said


async def test_an_authority_that_is_not_ours_is_named(address: Mapping[str, str], tmp_path: Path) -> None:
    other = make_certificates(tmp_path)
    said = await refused(address, ssl_cafile=str(other.authority))
    assert "CERTIFICATE_VERIFY_FAILED" in said
    assert "SSL_CAFILE" in said


async def test_to_speak_without_tls_is_said_to_be_the_cause(address: Mapping[str, str]) -> None:
    said = await refused({"bootstrap_servers": address["bootstrap_servers"]}, request_timeout_s=5.0)
    assert "does its listener want TLS" in said


async def test_who_may_do_nothing_is_told_what_to_ask_for(address: Mapping[str, str]) -> None:
    async with eager_bus(settings_of(address)) as bus:
        await bus.publish([Message("t", "k", b"x")])
        prefix = bus.settings.topic_prefix
    stranger = {"sasl_username": STRANGER, "sasl_password": STRANGERS_PASSWORD, "topic_prefix": prefix}
    with pytest.raises(Unavailable, match=r"not allowed .ClusterAuthorizationFailedError.; grant it"):
        await KafkaBus.open(settings_of(address, **stranger))
