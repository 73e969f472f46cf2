"""The original's way: transformers' Trainer, fp32, every row padded to 256 tokens, full logits, loss on all tokens."""

import argparse

import torch
from peft import LoraConfig, get_peft_model
from transformers import (
    AutoModelForCausalLM,
    AutoTokenizer,
    DataCollatorForLanguageModeling,
    PrinterCallback,
    Trainer,
    TrainingArguments,
)

from peers.timing import LORA, StepClock, TokenCounter, read_rows, report


def main() -> None:
    """Train some steps of 2 rows."""
    parser = argparse.ArgumentParser()
    parser.add_argument("model")
    parser.add_argument("rows")
    parser.add_argument("--steps", type=int)
    parser.add_argument("--out")
    parser.add_argument("--device", default="cpu")
    arguments = parser.parse_args()
    tokenizer = AutoTokenizer.from_pretrained(arguments.model)
    model = AutoModelForCausalLM.from_pretrained(arguments.model, dtype=torch.float32)
    model = get_peft_model(model, LoraConfig(**LORA))
    texts = [row["prompt"] + row["completion"] for row in read_rows(arguments.rows)]
    rows = tokenizer(texts, truncation=True, max_length=256, padding="max_length")
    dataset = [{"input_ids": ids, "attention_mask": mask} for ids, mask in zip(*rows.values(), strict=False)]
    clock = StepClock(arguments.device)
    collator = TokenCounter(DataCollatorForLanguageModeling(tokenizer, mlm=False), tokenizer.pad_token_id)
    trainer = Trainer(
        model=model,
        args=TrainingArguments(
            output_dir=arguments.out,
            per_device_train_batch_size=2,
            learning_rate=2e-4,
            max_steps=arguments.steps,
            logging_steps=1,
            save_strategy="no",
            report_to=[],
            use_cpu=arguments.device == "cpu",
            disable_tqdm=True,
        ),
        train_dataset=dataset,
        data_collator=collator,
        callbacks=[clock],
    )
    trainer.remove_callback(PrinterCallback)
    trainer.train()
    report(clock, collator.content)


if __name__ == "__main__":
    main()
