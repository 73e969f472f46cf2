"""A tuned model as files that other programs run, each compared with the run's own answers after it was written."""
