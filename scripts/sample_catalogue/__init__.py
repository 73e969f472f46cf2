"""The generator of the bundled fictional catalogue: words, sentence patterns, products, planted defects."""
