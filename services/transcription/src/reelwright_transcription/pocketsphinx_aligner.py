"""English word times by forced alignment with PocketSphinx: 10 ms off, where Whisper's words come 100 ms late."""

from collections.abc import Sequence

from pocketsphinx import Decoder

from reelwright_transcription.audio import SAMPLE_RATE, Samples, Span
from reelwright_transcription.pronounce import pronunciation

NAME = "pocketsphinx/5.1"
_FRAME_S = 0.01
_NARROW: dict[str, float] = {}
_WIDE = {"beam": 1e-100, "wbeam": 1e-80, "pbeam": 1e-100}


class PocketSphinx:
    """Keeps its decoders (0.2 s and 60 MB each), made when first needed."""

    def __init__(self) -> None:
        self._decoders: dict[bool, Decoder] = {}

    def align(self, samples: Samples, tokens: Sequence[str], *, wide: bool = False) -> list[Span] | None:
        """Where each token is spoken, in seconds from the first sample; None when the sound does not fit the tokens.

        Tokens are lower-case spoken words (see `spell`). `wide` beams accept noisier speech, and also wrong text.
        """
        if not tokens or len(samples) < SAMPLE_RATE // 10:
            return None
        decoder = self._decoder(wide=wide)
        for token in set(tokens):
            _teach(decoder, token)
        decoder.reinit_feat()  # or the utterance before would move this one's words by a frame or two
        decoder.set_align_text(" ".join(tokens))
        decoder.start_utt()
        decoder.process_raw(samples.tobytes(), full_utt=True)
        decoder.end_utt()
        return _spans(decoder, len(tokens))

    def _decoder(self, *, wide: bool) -> Decoder:
        if wide not in self._decoders:
            beams = _WIDE if wide else _NARROW
            self._decoders[wide] = Decoder(samprate=SAMPLE_RATE, lm=None, cmn="batch", loglevel="FATAL", **beams)
        return self._decoders[wide]


def _teach(decoder: Decoder, token: str) -> None:
    """Adds a word that the dictionary lacks, as it is probably pronounced."""
    if decoder.lookup_word(token) is None:
        decoder.add_word(token, pronunciation(token, decoder.lookup_word), False)


def _spans(decoder: Decoder, expected: int) -> list[Span] | None:
    """The path's words. A failed alignment gives none or, without an error, the first part of them."""
    path = decoder.seg()
    if path is None:
        return None
    spoken = [one for one in path if one.word[0] not in "<[("]
    if len(spoken) != expected:
        return None
    return [Span(one.start_frame * _FRAME_S, (one.end_frame + 1) * _FRAME_S) for one in spoken]
