"""The fact check on real product texts: a record supports what it says itself."""

import gzip
import html
import json
import os
import random
from pathlib import Path

import pytest

from catalora.references.grounding import check_facts

SHARED = Path(os.environ.get("CATALORA_PRODUCTS", Path(__file__).parents[4] / "shared" / "data" / "products"))


@pytest.mark.shared_data
@pytest.mark.skipif(not SHARED.is_dir(), reason="the real product files are not here")
def test_a_real_description_is_supported_by_its_own_record():
    rows = []
    for path in sorted(SHARED.glob("*.jsonl.gz")):
        with gzip.open(path, "rt", encoding="utf-8") as file:
            rows += [json.loads(line) for line in file]
    facts = [
        checked
        for row in random.Random(6).sample(rows, 400)
        for checked in check_facts(
            html.unescape(row["content"])[:1000], html.unescape(row["title"]), html.unescape(row["content"])
        ).facts
    ]
    wrong = [checked for checked in facts if checked.verdict != "supported"]
    assert len(facts) > 1_000
    # Descriptions cut in the middle of a number or a name are all that is left.
    assert len(wrong) <= 0.003 * len(facts), [checked.fact.text for checked in wrong]
