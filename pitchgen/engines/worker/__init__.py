"""Engines whose pins fight with ours, each a process in a Python environment of its own.

`environment` makes these environments; `client.Worker` starts a process in one and asks it; `serve` is what runs
there, with one more file that knows the engine (`chatterbox`): neither imports anything of pitchgen.
"""
