"""TRL's `SFTTrainer` as well as its options allow on a CPU: completion-only loss, rows by length."""

import argparse

import torch
from datasets import Dataset
from peft import LoraConfig
from transformers import AutoModelForCausalLM, AutoTokenizer, PrinterCallback
from trl import SFTConfig, SFTTrainer

from peers.timing import LORA, StepClock, TokenCounter, read_rows, report


def main() -> None:
    """Train some steps."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--out")
    parser.add_argument("--batch", type=int, default=4)
    parser.add_argument("--packing", action="store_true")
    parser.add_argument("--dtype", choices=["bfloat16", "float32"], default="bfloat16")
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=getattr(torch, arguments.dtype))
    clock = StepClock()
    trainer = SFTTrainer(
        model=model,
        args=SFTConfig(
            output_dir=arguments.out,
            per_device_train_batch_size=arguments.batch,
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
            use_cpu=True,
            disable_tqdm=True,
            dataloader_pin_memory=False,
        ),
        train_dataset=Dataset.from_list(read_rows(arguments.rows)),
        processing_class=tokenizer,
        peft_config=LoraConfig(**LORA),
        callbacks=[clock],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.data_collator = TokenCounter(trainer.data_collator, tokenizer.pad_token_id)
    trainer.train()
    report(clock, trainer.data_collator.content)


if __name__ == "__main__":
    main()
