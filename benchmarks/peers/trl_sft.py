"""TRL's `SFTTrainer` as well as its options allow: completion-only loss; rows by length, or packed.

On a GPU it attends by the FlashAttention kernel that comes with torch, which is that of the package `flash-attn`: the
package itself has no wheel for every Python, and kernels from the Hub need the network.
"""

import argparse
from typing import Any

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback
from transformers.masking_utils import ALL_MASK_ATTENTION_FUNCTIONS
from transformers.modeling_utils import ALL_ATTENTION_FUNCTIONS
from trl import SFTConfig, SFTTrainer

from peers.timing import LORA, StepClock, TokenCounter, read_rows, report

# Not named after the kernel, for transformers would look for its package by the name.
BORDERED = "by_borders"


def main() -> None:
    """Train some steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--out")
    parser.add_argument("--device", default="cpu")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--accumulation", type=int, default=1)
    parser.add_argument("--packing", action="store_true")
    parser.add_argument("--dtype", choices=["bfloat16", "float32"], default="bfloat16")
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    on_gpu = arguments.device == "cuda"
    if on_gpu:
        register_flash_attention()
    model = AutoModelForCausalLM.from_pretrained(
        arguments.model,
        dtype=getattr(torch, arguments.dtype),
        attn_implementation=BORDERED if on_gpu and arguments.packing else None,
        device_map=arguments.device if on_gpu else None,
    )
    clock = StepClock(arguments.device)
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=arguments.out,
            per_device_train_batch_size=arguments.batch,
            gradient_accumulation_steps=arguments.accumulation,
            learning_rate=2e-4,
            max_steps=arguments.steps,
            max_length=512,
            packing=arguments.packing,
            completion_only_loss=True,
            bf16=arguments.dtype == "bfloat16",
            gradient_checkpointing=False,
            train_sampling_strategy="group_by_length",
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            use_cpu=not on_gpu,
            disable_tqdm=True,
            dataloader_pin_memory=on_gpu,
        ),
        train_dataset=Dataset.from_list(read_rows(arguments.rows)),
        processing_class=tokenizer,
        peft_config=LoraConfig(**LORA),
        callbacks=[clock],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.data_collator = TokenCounter(trainer.data_collator, tokenizer.pad_token_id)
    trainer.train()
    report(clock, trainer.data_collator.content, arguments.accumulation)


def register_flash_attention() -> None:
    """Attention by borders, which TRL hands over for packed rows."""

    def attend(
        _module: Any, query: torch.Tensor, key: torch.Tensor, value: torch.Tensor, _mask: None, **kwargs: Any
    ) -> tuple[torch.Tensor, None]:
        flat = (part.transpose(1, 2).flatten(0, 1) for part in (query, key, value))
        starts = kwargs["cu_seq_lens_q"].to(query.device)
        both = (starts, starts, kwargs["max_length_q"], kwargs["max_length_q"])
        output = torch.ops.aten._flash_attention_forward(*flat, *both, 0.0, True, False, scale=kwargs["scaling"])[0]
        return output.view(query.shape[0], query.shape[2], query.shape[1], -1), None

    ALL_ATTENTION_FUNCTIONS.register(BORDERED, attend)
    ALL_MASK_ATTENTION_FUNCTIONS.register(BORDERED, lambda *_, **__: None)


if __name__ == "__main__":
    main()
