"""Names and codes of languages."""

_CODES = {
    "afrikaans": "af", "arabic": "ar", "armenian": "hy", "azerbaijani": "az", "belarusian": "be", "bosnian": "bs",
    "bulgarian": "bg", "catalan": "ca", "chinese": "zh", "croatian": "hr", "czech": "cs", "danish": "da",
    "dutch": "nl", "english": "en", "estonian": "et", "finnish": "fi", "french": "fr", "galician": "gl",
    "german": "de", "greek": "el", "hebrew": "he", "hindi": "hi", "hungarian": "hu", "icelandic": "is",
    "indonesian": "id", "italian": "it", "japanese": "ja", "kannada": "kn", "kazakh": "kk", "korean": "ko",
    "latvian": "lv", "lithuanian": "lt", "macedonian": "mk", "malay": "ms", "marathi": "mr", "maori": "mi",
    "nepali": "ne", "norwegian": "no", "persian": "fa", "polish": "pl", "portuguese": "pt", "romanian": "ro",
    "russian": "ru", "serbian": "sr", "slovak": "sk", "slovenian": "sl", "spanish": "es", "swahili": "sw",
    "swedish": "sv", "tagalog": "tl", "tamil": "ta", "thai": "th", "turkish": "tr", "ukrainian": "uk", "urdu": "ur",
    "vietnamese": "vi", "welsh": "cy",
}  # fmt: skip
"""ISO 639-1, by the English names that OpenAI's answers use."""
UNDETERMINED = "und"
"""BCP 47's tag for a language that nobody told."""


def primary_language(tag: str) -> str:
    """The primary language of a BCP 47 tag, lower case: "pt" of "pt-BR"."""
    return tag.split("-", maxsplit=1)[0].lower()


def is_english(tag: str) -> bool:
    return primary_language(tag) == "en"


def language_code(name: str) -> str:
    """The code of a language that is named in English ("german") or by a code already; "und" for others."""
    name = name.lower()
    if name in _CODES.values():
        return name
    return _CODES.get(name, UNDETERMINED)


def multilingual_remedy(language: str) -> str:
    """What helps where the packaged English model doesn't understand, with the exact command."""
    tag = "LANGUAGE" if language == "auto" or is_english(language) else language
    return f"Name a model that does: REELWRIGHT_WHISPER_MODEL=small reelwright make RECORDING --language {tag}"
