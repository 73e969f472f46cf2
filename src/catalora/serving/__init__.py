"""A run behind an HTTP interface that OpenAI's clients understand."""
