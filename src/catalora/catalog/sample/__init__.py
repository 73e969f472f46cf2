"""The bundled fictional catalogue: rows in the ``trn.json`` schema and, for scoring, the truth about each row."""

from pathlib import Path

SAMPLE_PATH = Path(__file__).parent / "trn.json.gz"
TRUTH_PATH = Path(__file__).parent / "truth.jsonl.gz"
