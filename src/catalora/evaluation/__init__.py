"""Before and after, measured on products that the model never saw."""
