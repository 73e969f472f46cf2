"""Answers of the base and of the tuned model, from one copy of the weights."""
