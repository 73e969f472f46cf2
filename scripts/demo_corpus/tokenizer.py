"""The demo model's tokenizer: BPE with byte fallback and ``▁`` for spaces like Gemma, trained on the corpus alone."""

import json
from collections.abc import Iterable
from pathlib import Path

from tokenizers import AddedToken, Regex, Tokenizer, decoders, models, normalizers, pre_tokenizers, processors, trainers

SPECIAL_TOKENS = ("<pad>", "<eos>", "<bos>", "<unk>")
BYTE_TOKENS = tuple(f"<0x{byte:02X}>" for byte in range(256))
# Letters keep the space before them; every digit, sign and line break is a piece of its own.
PIECES = r"▁?[\p{L}\p{M}]+|\p{N}|▁+|\n|."
ALPHABET = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZáàâãçéêíóôõúüÁÀÂÃÇÉÊÍÓÔÕÚ0123456789" + (
    "▁\n.,;:!?'\"-()[]&/%$#@+*=_<>°–—“”‘’…•|"
)


def train_tokenizer(texts: Iterable[str], vocab_size: int) -> Tokenizer:
    """Return a tokenizer of exactly `vocab_size` pieces, ids 0 to 3 being pad, eos, bos and unk."""
    trained = Tokenizer(models.BPE())
    trained.normalizer = normalizers.Replace(" ", "▁")
    trained.pre_tokenizer = pre_tokenizers.Split(Regex(PIECES), "isolated")
    trainer = trainers.BpeTrainer(
        vocab_size=vocab_size - len(BYTE_TOKENS),
        special_tokens=list(SPECIAL_TOKENS),
        initial_alphabet=list(ALPHABET),
        limit_alphabet=len(ALPHABET) + 20,
        show_progress=False,
    )
    trained.train_from_iterator(texts, trainer)
    return _with_byte_fallback(json.loads(trained.to_str())["model"])


def _with_byte_fallback(trained: dict) -> Tokenizer:
    """Rebuild the trained model with byte pieces after the special tokens, so that any text round-trips."""
    pieces = sorted(trained["vocab"], key=trained["vocab"].get)
    ordered = [*SPECIAL_TOKENS, *BYTE_TOKENS, *pieces[len(SPECIAL_TOKENS) :]]
    merges = [tuple(merge) for merge in trained["merges"]]
    model = models.BPE(
        vocab={piece: index for index, piece in enumerate(ordered)},
        merges=merges,
        unk_token="<unk>",  # noqa: S106 -- a vocabulary piece, not a secret
        fuse_unk=True,
        byte_fallback=True,
    )
    tokenizer = Tokenizer(model)
    tokenizer.normalizer = normalizers.Replace(" ", "▁")
    tokenizer.pre_tokenizer = pre_tokenizers.Split(Regex(PIECES), "isolated")
    tokenizer.decoder = decoders.Sequence([decoders.Replace("▁", " "), decoders.ByteFallback(), decoders.Fuse()])
    tokenizer.post_processor = processors.TemplateProcessing(
        single="<bos> $A", pair="<bos> $A <bos> $B", special_tokens=[("<bos>", SPECIAL_TOKENS.index("<bos>"))]
    )
    tokenizer.add_special_tokens([AddedToken(token, normalized=False, special=True) for token in SPECIAL_TOKENS])
    return tokenizer


def save_tokenizer(tokenizer: Tokenizer, folder: Path) -> None:
    """Write tokenizer.json and tokenizer_config.json for `AutoTokenizer`."""
    tokenizer.save(str(folder / "tokenizer.json"))
    config = {
        "tokenizer_class": "PreTrainedTokenizerFast",
        "bos_token": "<bos>",
        "eos_token": "<eos>",
        "pad_token": "<pad>",
        "unk_token": "<unk>",
        "clean_up_tokenization_spaces": False,
        "model_max_length": 1024,
        "padding_side": "left",
    }
    (folder / "tokenizer_config.json").write_text(json.dumps(config, indent=2) + "\n", encoding="utf-8")
