"""A Hugging Face tokenizer in the form that llama.cpp reads, merge by merge.

Two kinds are known, both byte pair encodings that `tokenizer.json` spells out:

    spaces as ▁, unknown characters as bytes    Gemma and models like it    llama.cpp's tokenizer `gemma4`
    every byte as a printable character         Llama 3                     llama.cpp's tokenizer `gpt2`, `llama-bpe`

`gemma4` is the name of the first kind since the family of that number; it takes the merges as they are, where the older
`llama` would have to guess them from scores. It needs a llama.cpp of April 2026 or later.
"""

import json
import re
from pathlib import Path
from typing import Any

import gguf
from gguf import TokenType

from catalora.errors import ModelUnavailableError

_BYTE = re.compile(r"<0x[0-9A-F]{2}>")
# The expression by which Llama 3 cuts text into words; llama.cpp has it built in under the name `llama-bpe`.
_LLAMA_3 = r"(?i:'s|'t|'re|'ve|'m|'ll|'d)|[^\r\n\p{L}\p{N}]?\p{L}+|\p{N}{1,3}"


def write_tokenizer(writer: gguf.GGUFWriter, folder: Path, vocabulary: int) -> None:
    """Add a model's tokenizer to a file.

    Args:
        writer: the file, before its weights.
        folder: of the model.
        vocabulary: rows of the model's embedding; ids that the tokenizer lacks are filled up.

    Raises:
        ModelUnavailableError: it is of another kind.
    """
    tokenizer = _read(folder / "tokenizer.json")
    kind = _find_kind(tokenizer)
    tokens, types = _list_tokens(tokenizer, vocabulary)
    writer.add_tokenizer_model("gemma4" if kind == "spaces" else "gpt2")
    writer.add_tokenizer_pre("gemma4" if kind == "spaces" else "llama-bpe")
    writer.add_token_list(tokens)
    # Read for the merges alone; the scores only have to be there.
    writer.add_token_scores([0.0] * len(tokens))
    writer.add_token_types(types)
    writer.add_token_merges([_join(merge) for merge in tokenizer["model"]["merges"]])
    writer.add_add_space_prefix(False)
    writer.add_add_bos_token(True)
    _write_special(writer, folder, tokens)


def _find_kind(tokenizer: dict[str, Any]) -> str:
    model, text = tokenizer["model"], json.dumps(tokenizer["pre_tokenizer"], ensure_ascii=False)
    normalizer = tokenizer["normalizer"] or {}
    if model["type"] == "BPE":
        replaces = normalizer.get("type") == "Replace" and normalizer.get("content") == "▁"
        if replaces and model.get("byte_fallback"):
            return "spaces"
        if "ByteLevel" in text and json.dumps(_LLAMA_3)[1:-1] in text:
            return "bytes"
    raise ModelUnavailableError(
        f"this tokenizer ({model['type']}, {normalizer.get('type', 'no normalizer')}) cannot be written as GGUF here",
        code="gguf-tokenizer",
        hint="Export --format merged, and convert that folder with llama.cpp's convert_hf_to_gguf.py.",
    )


def _list_tokens(tokenizer: dict[str, Any], vocabulary: int) -> tuple[list[bytes], list[int]]:
    """Texts and types of all ids; the embedding often has more rows than the tokenizer has tokens."""
    added = {token["id"]: token for token in tokenizer["added_tokens"]}
    texts = {place: text for text, place in tokenizer["model"]["vocab"].items()}
    texts |= {place: token["content"] for place, token in added.items()}
    unknown = tokenizer["model"].get("unk_token")

    def find_type(place: int, text: str) -> TokenType:
        if text == unknown:
            return TokenType.UNKNOWN
        if _BYTE.fullmatch(text):
            return TokenType.BYTE
        if place not in added:
            return TokenType.NORMAL
        return TokenType.CONTROL if added[place]["special"] else TokenType.USER_DEFINED

    by_id = {place: (text, find_type(place, text)) for place, text in texts.items()}
    rows = [by_id.get(place, (f"[PAD{place}]", TokenType.UNUSED)) for place in range(vocabulary)]
    return [text.encode() for text, _ in rows], [int(kind) for _, kind in rows]


def _write_special(writer: gguf.GGUFWriter, folder: Path, tokens: list[bytes]) -> None:
    settings = _read(folder / "tokenizer_config.json")
    add = {
        "bos_token": writer.add_bos_token_id,
        "eos_token": writer.add_eos_token_id,
        "pad_token": writer.add_pad_token_id,
        "unk_token": writer.add_unk_token_id,
    }
    for name, write in add.items():
        token = settings.get(name)
        text = token["content"] if isinstance(token, dict) else token
        if text is not None and text.encode() in tokens:
            write(tokens.index(text.encode()))
    # A chat model ends its turn with a token of its own.
    named = _read(folder / "generation_config.json").get("eos_token_id")
    if isinstance(named, list) and len(named) > 1:
        writer.add_eot_token_id(named[1])


def _join(merge: str | list[str]) -> str:
    return merge if isinstance(merge, str) else " ".join(merge)


def _read(path: Path) -> dict[str, Any]:
    value: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return value
