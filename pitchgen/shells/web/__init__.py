"""The HTTP API of the hosted service: parses, calls, answers. Needs the packages of `pitchgen[serve]`."""
