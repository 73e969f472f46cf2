import io

from catalora.errors import CataloraError, hide_tokens
from catalora.jobs.worker import TokenFilter, main

TOKEN = "hf_" + "CanaryCanaryCanary01234567890abcde"


def test_whatever_looks_like_a_token_is_blotted_out():
    assert hide_tokens(f"Bearer {TOKEN}, ok") == "Bearer hf_…, ok"
    assert hide_tokens("hf_hub and hf_transfer stay") == "hf_hub and hf_transfer stay"
    assert TOKEN not in str(CataloraError(f"refused: {TOKEN}", code="x"))


def test_a_token_is_blotted_out_of_the_log_however_it_is_cut():
    log = io.StringIO()
    stream = TokenFilter(log)
    print("before", TOKEN[:10], end="", file=stream)
    print(TOKEN[10:], "after", file=stream)
    stream.write("rest")
    assert log.getvalue() == "before hf_… after\n"
    stream.flush()
    assert log.getvalue() == "before hf_… after\nrest"


def test_a_run_that_is_not_there_ends_the_worker_with_one_line(tmp_path, capfd):
    assert main([str(tmp_path), "nope"]) == 66
    assert "run 'nope' not found" in capfd.readouterr().err
