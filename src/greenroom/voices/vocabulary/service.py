"""What other contexts and the console ask: which entries hold, what is reviewed, how a word is written."""

from __future__ import annotations

import asyncio
import re

from greenroom.assets.service import require_usable, show_asset
from greenroom.assets.states import AssetType
from greenroom.engines.protocols import ReadingKind, Vocabulary
from greenroom.engines.ssml.spoken import review_text, written_text
from greenroom.engines.ssml.vocabulary import found_in
from greenroom.runtime import Context
from greenroom.voices.vocabulary.errors import VocabularyError
from greenroom.voices.vocabulary.switches import vocabulary_for
from greenroom.voices.vocabulary.wire import (
    CheckVoiceAssetResponse,
    ShowTtsPhoneticSymbolQuery,
    ShowTtsPhoneticSymbolResponse,
)

_META = ("sex", "language", "speed_ratio", "volume_ratio", "external_voice_meta")
"""What the contract's voice meta has here."""


def occurring(vocabulary: Vocabulary, *texts: str) -> Vocabulary:
    """The entries that any of the texts has use for, so that a job keeps no more than it needs."""
    if not vocabulary:
        return ()
    used = {
        entry
        for text in texts
        for form in {text, written_text(text)}
        for _, entry in found_in(form, vocabulary)
        if entry is not None
    }
    return tuple(entry for entry in vocabulary if entry in used)


def reviewed_text(text: str, vocabulary: Vocabulary) -> str:
    """Everything that a reviewer must see of a text: as it is written, and with the aliases that are said."""
    shown = review_text(text)
    aliases = {entry.key: entry.value for entry in vocabulary if entry.kind is ReadingKind.ALIAS}
    if not aliases:
        return shown
    said = "".join(
        entry.value if entry is not None and entry.key in aliases else piece
        for piece, entry in found_in(shown, vocabulary)
    )
    return shown if said == shown else f"{shown}\n{said}"


async def show_tts_phonetic_symbol(
    context: Context, query: ShowTtsPhoneticSymbolQuery
) -> ShowTtsPhoneticSymbolResponse:
    """The ways to say an English word, American first, as a PHONETIC_SYMBOL entry takes them.

    Raises VocabularyError: it is no English word.
    """
    word = query.word.strip()
    if not re.fullmatch(r"[A-Za-zÀ-ÿ][A-Za-zÀ-ÿ' .-]*", word):
        raise VocabularyError(f"word is {word!r}: give an English word, in letters")
    found = await asyncio.to_thread(_phonetics, word)
    return ShowTtsPhoneticSymbolResponse(data=found[query.offset : query.offset + query.limit])


def _phonetics(word: str) -> list[str]:
    from greenroom.engines.g2p.phonetics import english_phonetics  # here: it loads the dictionary

    return english_phonetics(word)


async def check_voice_asset(context: Context, voice_asset_id: str) -> CheckVoiceAssetResponse:
    """Raises AssetNotFoundError, AssetStateError, InvalidParameterError: it is no voice that can be used."""
    await require_usable(context, voice_asset_id, AssetType.VOICE_MODEL)
    info = await show_asset(context, voice_asset_id)
    meta = (info.asset_extra_meta or {}).get("voice_model_meta") or {}
    return CheckVoiceAssetResponse(
        asset_id=info.asset_id,
        asset_name=info.asset_name,
        asset_state=info.asset_state,
        create_time=info.create_time,
        update_time=info.update_time,
        asset_extra_meta={"voice_model_meta": {name: meta[name] for name in _META if name in meta}},
        files=info.files,
    )


__all__ = ["check_voice_asset", "occurring", "reviewed_text", "show_tts_phonetic_symbol", "vocabulary_for"]
