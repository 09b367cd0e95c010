"""`python -m pitchgen`."""

from pitchgen.shells.cli import main

main()
