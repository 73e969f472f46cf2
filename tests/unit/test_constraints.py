"""What `make` installs also installs on the oldest Python that catalora is for, whichever Python runs these tests."""

import re
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

from packaging.specifiers import SpecifierSet

PINS = Path(__file__).parents[2] / "constraints.txt"
# Debian 12's; some packages ask for a later patch release of 3.11.
OLDEST_PYTHON = "3.11.2"


def test_every_pinned_package_takes_the_oldest_python():
    asked = {}
    for name, version in re.findall(r"^([\w.-]+)==([\w.+]+)", PINS.read_text(encoding="utf-8"), re.MULTILINE):
        try:
            facts = metadata(name)
        except PackageNotFoundError:  # of an extra that is not installed, or of another system
            continue
        if facts["Version"].partition("+")[0] == version:
            asked[name] = facts["Requires-Python"] or ""
    assert len(asked) > 100
    assert {name: range_ for name, range_ in asked.items() if OLDEST_PYTHON not in SpecifierSet(range_)} == {}
