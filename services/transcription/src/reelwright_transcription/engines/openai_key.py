"""Whether OpenAI takes the key, asked before any work is taken up that it would refuse."""

import openai
from openai import AsyncOpenAI

from reelwright_chassis.errors import SettingsError
from reelwright_chassis.logs import get_logger
from reelwright_transcription.settings import OpenAiSettings

log = get_logger(__name__)


async def check_openai_key(settings: OpenAiSettings) -> None:
    """A read that costs nothing. Raises `SettingsError` for a refused key; not reaching OpenAI now is no refusal.

    A key that may transcribe and may not list models is told 403, which says nothing here.
    """
    key = settings.api_key.get_secret_value()
    async with AsyncOpenAI(api_key=key, base_url=settings.base_url or None, max_retries=0, timeout=10.0) as client:
        try:
            await client.models.list()
        except openai.AuthenticationError as error:
            raise SettingsError("OpenAI refuses the key: check OPENAI_API_KEY, and OPENAI_BASE_URL.") from error
        except openai.OpenAIError as error:
            log.warning("key_not_checked", vendor="openai", error=type(error).__name__)
