"""Prompts as they are sent: cut to what a model takes, softened after a refusal, marked for the simulator."""

import re

_SOFTER = {
    r"blood(?:y|shed)?|gore|gory|guts": "red light",
    r"kill(?:s|ed|ing|er|ers)?|murder(?:s|ed|ing|er|ers)?|assassinat\w+|slaughter\w*|executions?": "parting",
    r"dead|death|deaths|die|dies|died|dying|corpses?|suicid\w+|funerals?": "silence",
    r"guns?|rifles?|pistols?|weapons?|knife|knives|swords?|bullets?|missiles?|bombs?|grenades?": "shadow",
    r"shoot(?:s|ing|ings)?|shot dead|stab(?:s|bed|bing)?|attack(?:s|ed|ing|ers?)?|fight(?:s|ing|ers?)?": "tension",
    r"explosions?|explod\w+|blast(?:s|ed)?": "burst of light",
    r"wars?|battles?|battlefields?|terror\w*|riots?|massacres?|genocide": "storm",
    r"soldiers?|army|armies|troops": "distant figures",
    r"nude|naked|nudity|sex|sexy|sexual\w*|erotic\w*|porn\w*|lingerie": "graceful",
    r"drugs?|cocaine|heroin|cannabis|drunk|alcohol|cigarettes?|smoking": "haze",
    r"tortur\w+|abus\w+|rape\w*|violen\w+|brutal\w*|cruel\w*": "hardship",
    r"hate|racis\w+|nazis?": "division",
    r"presidents?|prime ministers?|politicians?|elections?|protests?|protesters?": "people",
    r"police|arrest(?:s|ed)?|prisons?|jails?|crimes?|criminals?": "a city at night",
}
_PATTERNS = [(re.compile(rf"\b(?:{words})\b", re.IGNORECASE), softer) for words, softer in _SOFTER.items()]
_SOFT_FRAME = "A calm, symbolic image without people or text: "


def soften(prompt: str) -> str:
    """The same scene in words that content filters let pass: harsh ones replaced, and framed as a symbol.

    Works without a language model, so that this rung costs nothing but its own submission. Never returns the prompt
    unchanged, and softening twice changes nothing more.
    """
    if prompt.startswith(_SOFT_FRAME):
        return prompt
    for pattern, softer in _PATTERNS:
        prompt = pattern.sub(softer, prompt)
    return _SOFT_FRAME + prompt


def cut(prompt: str, limit_chars: int) -> str:
    """At most `limit_chars`, ending after a whole word where there is one."""
    if len(prompt) <= limit_chars:
        return prompt
    head = prompt[:limit_chars]
    whole_words = head if prompt[limit_chars].isspace() else head.rpartition(" ")[0]
    return whole_words.rstrip() or head


def marked_for_simulator(prompt: str, look: str) -> str:
    """The prompt with the project's look as the simulator reads it; "auto" leaves the choice to it."""
    return prompt if look in ("", "auto") else f"{prompt} [[sim:look={look}]]"
