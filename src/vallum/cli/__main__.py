"""`python -m vallum.cli`: the same as the command `vallum`."""

from vallum.cli import main

main()
