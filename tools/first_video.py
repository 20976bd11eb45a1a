"""What `make up` and `make dev` end with: where it is, a key that works, and how to make a video with it."""

_TEXT = """
Reelwright is up.

  API         {url}/v1   (its description: {url}/openapi.json)
{others}  Your key    {key}

Make a video of the sample recording:

  KEY={key}
  AUDIO=$(curl -sS {url}/v1/projects -H "Authorization: Bearer $KEY" -H "Content-Type: application/json" \\
      -d '{{"title": "A first video"}}' | grep -o 'http[^"]*/audio')
  curl -sS -T docs/sample/talk.mp3 -H "Authorization: Bearer $KEY" "$AUDIO"

and look until its "state" is "completed"; "video" then has the links:

  curl -sS -H "Authorization: Bearer $KEY" "${{AUDIO%/audio}}"

{end}
"""


def how_to_begin(url: str, key: str, *, others: dict[str, str], end: str) -> str:
    """The text. `others` are further addresses by name; `end` says how all of it is stopped."""
    lines = "".join(f"  {name:<12}{address}\n" for name, address in others.items())
    return _TEXT.format(url=url, key=key, others=lines, end=end)
