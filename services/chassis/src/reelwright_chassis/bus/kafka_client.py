"""What every client of the broker needs: its options, and errors that say what is wrong."""

import ssl
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from aiokafka import errors
from aiokafka.conn import collect_hosts, create_conn

from reelwright_chassis.bus.kafka_settings import KafkaSettings
from reelwright_chassis.bus.kafka_tokens import token_provider
from reelwright_chassis.errors import Conflict, SettingsError, Unavailable

_PROBE_S = 10.0
_REFUSED = (
    errors.SaslAuthenticationFailed,
    errors.AuthenticationFailedError,
    errors.UnsupportedSaslMechanismError,
    errors.IllegalSaslStateError,
)
_NOT_ALLOWED = (
    errors.TopicAuthorizationFailedError,
    errors.GroupAuthorizationFailedError,
    errors.ClusterAuthorizationFailedError,
)
_NOT_OURS = (errors.IllegalStateError, errors.CommitFailedError)


class KafkaClients:
    """Makes the options that aiokafka's clients take. Raises `SettingsError` for files that cannot be read."""

    def __init__(self, settings: KafkaSettings) -> None:
        self.settings = settings
        self._ssl = _ssl_context(settings) if settings.uses_tls else None
        self._tokens = token_provider(settings) if settings.uses_tokens else None

    def connection(self) -> dict[str, Any]:
        """How to reach a broker and say who we are."""
        settings = self.settings
        options: dict[str, Any] = {
            "security_protocol": settings.security_protocol,
            "ssl_context": self._ssl,
            "request_timeout_ms": _ms(settings.request_timeout_s),
        }
        if settings.uses_sasl:
            options["sasl_mechanism"] = settings.sasl_mechanism
        if self._tokens is not None:
            options["sasl_oauth_token_provider"] = self._tokens
        elif settings.uses_sasl:
            options["sasl_plain_username"] = settings.sasl_username
            options["sasl_plain_password"] = settings.sasl_password.get_secret_value()
        return options

    def common(self) -> dict[str, Any]:
        """Of every client."""
        return self.connection() | {
            "bootstrap_servers": self.settings.bootstrap_servers,
            "retry_backoff_ms": _ms(self.settings.retry_backoff_s),
            "metadata_max_age_ms": _ms(self.settings.metadata_max_age_s),
        }

    def reader(self) -> dict[str, Any]:
        """Of a consumer, with a group or without one. Never commits by itself."""
        return self.common() | {
            "enable_auto_commit": False,
            # aiokafka's default, `latest`, would skip what came before a group's first member did.
            "auto_offset_reset": "earliest",
            "max_partition_fetch_bytes": self.settings.max_partition_fetch_bytes,
            "fetch_max_bytes": self.settings.fetch_max_bytes,
            # While a broker waits for news of some partitions, aiokafka asks it for no others, whatever they have.
            "fetch_max_wait_ms": 100,
            "client_rack": self.settings.client_rack or None,
        }

    def member(self) -> dict[str, Any]:
        """Of a consumer in a group. No static membership: the partitions of a pod that was scaled away would wait."""
        settings = self.settings
        return self.reader() | {
            "session_timeout_ms": _ms(settings.session_timeout_s),
            "heartbeat_interval_ms": _ms(settings.heartbeat_interval_s),
            "rebalance_timeout_ms": _ms(settings.rebalance_timeout_s),
        }

    async def why_unreachable(self) -> Unavailable | SettingsError:
        """Why none of the bootstrap servers lets us in: aiokafka tells that to its log alone, so ask once more."""
        said = []
        for host, port, _ in collect_hosts(self.settings.bootstrap_servers):
            options = self.connection() | {"request_timeout_ms": _ms(min(_PROBE_S, self.settings.request_timeout_s))}
            try:
                connection = await create_conn(host, port, **options)
            except _REFUSED as error:
                return SettingsError(self._refused(f"{host}:{port}", error))
            except (OSError, errors.KafkaError) as error:
                said.append(f"{host}:{port}: {_hint(error)}")
            else:
                connection.close()
                said.append(f"{host}:{port}: answers again")
        return Unavailable(f"the broker cannot be reached: {'; '.join(said)}")

    def _refused(self, where: str, error: Exception) -> str:
        settings = self.settings
        who = "the token" if settings.uses_tokens else f"the user {settings.sasl_username!r}"
        fields = ("token_provider",) if settings.uses_tokens else ("sasl_username", "sasl_password", "sasl_mechanism")
        variables = ", ".join(settings.variable(field) for field in fields)
        return f"The broker {where} refuses {who}: {error}. Correct {variables} and start again."


@contextmanager
def reaching(what: str) -> Iterator[None]:
    """Turns what aiokafka raises into the bus's own errors."""
    try:
        yield
    except (errors.KafkaError, OSError) as error:
        raise bus_error(what, error) from error


def bus_error(what: str, error: errors.KafkaError | OSError) -> Conflict | Unavailable:
    """The bus's own error for one that aiokafka raised, a timeout among them."""
    if isinstance(error, _NOT_OURS):
        return Conflict(f"{what}: {type(error).__name__}")
    if isinstance(error, _NOT_ALLOWED):
        return Unavailable(f"{what}: not allowed ({type(error).__name__}); grant it to this process's user")
    if isinstance(error, TimeoutError | errors.KafkaTimeoutError):
        return Unavailable(f"{what}: no answer in time")
    return Unavailable(f"{what}: {error}")


def no_such_topic(topic: str) -> Unavailable:
    return Unavailable(f"the topic {topic} does not exist: create it with `reelwright provision`")


def _ssl_context(settings: KafkaSettings) -> ssl.SSLContext:
    try:
        context = ssl.create_default_context(cafile=settings.ssl_cafile or None)
        if settings.ssl_certfile:
            context.load_cert_chain(settings.ssl_certfile, settings.ssl_keyfile or None)
    except (OSError, ssl.SSLError) as error:
        variables = ", ".join(settings.variable(field) for field in ("ssl_cafile", "ssl_certfile", "ssl_keyfile"))
        raise SettingsError(f"A file for TLS cannot be used: {error}. Check {variables} and start again.") from error
    return context


def _hint(error: Exception) -> str:
    """The error, and what is usually behind one that says little."""
    text = f"{type(error).__name__}: {error}" if str(error) else type(error).__name__
    if isinstance(error, ssl.SSLError):
        return f"{text} (is SSL_CAFILE the authority that signed its certificate, and the listener one with TLS?)"
    if isinstance(error, errors.KafkaConnectionError):
        return f"{text} (it hangs up: does its listener want TLS, a client's certificate or SASL?)"
    return text


def _ms(seconds: float) -> int:
    return round(seconds * 1000)
