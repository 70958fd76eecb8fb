"""`python -m medexpro` does what the `medexpro` command does."""

from medexpro.config.cli import main

main()
