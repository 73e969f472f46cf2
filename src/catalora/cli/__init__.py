"""The command line: thin commands over the pipeline, one file each."""
