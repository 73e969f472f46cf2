"""Generator of the text that the bundled demo model is pretrained on; see `documents`."""

from demo_corpus.documents import iterate_documents

__all__ = ["iterate_documents"]
