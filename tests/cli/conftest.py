import json
import sys
from dataclasses import dataclass

import pytest

from catalora.cli.main import main


@dataclass
class Result:
    code: int
    out: str
    err: str

    @property
    def json(self):
        return json.loads(self.out)


@pytest.fixture
def catalora(monkeypatch, capsys):
    """Run the command line in this process: `catalora("prepare", ...)` → exit code, stdout, stderr."""

    def run(*arguments: object) -> Result:
        monkeypatch.setattr(sys, "argv", ["catalora", *map(str, arguments)])
        with pytest.raises(SystemExit) as ended:
            main()
        captured = capsys.readouterr()
        return Result(int(ended.value.code or 0), captured.out, captured.err)

    return run
