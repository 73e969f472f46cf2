"""Programs that can answer a catalogue in the place of transformers: which are there, and which is the fastest."""
