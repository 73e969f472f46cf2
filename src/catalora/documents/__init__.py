"""Documents of a run, made from its own records and nothing else: data, fine-tuning, model card."""
