"""`python -m channels` is the command line `letan`."""

from channels.cli import main

main()
