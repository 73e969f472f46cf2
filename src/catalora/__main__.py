"""`python -m catalora`."""

from catalora.cli.main import main

main()
