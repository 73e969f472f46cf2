import json

import pytest

from catalora.errors import ModelUnavailableError
from catalora.export.writers import find_writer


def test_a_sliding_window_is_refused(tmp_path):
    writer = find_writer("openvino")
    scratch = tmp_path / "merged"
    scratch.mkdir()
    settings = {"architectures": ["Gemma2ForCausalLM"], "layer_types": ["sliding_attention", "full_attention"]}
    (scratch / "config.json").write_text(json.dumps(settings))
    from catalora.export.openvino import convert_to_openvino

    with pytest.raises(ModelUnavailableError, match="Gemma2ForCausalLM attends through a sliding window"):
        convert_to_openvino(None, scratch, tmp_path, writer.precisions[0])
