"""espeak-ng behind a process border: its state is global, it can crash, and it is GPL-3.0-or-later.

`client.Espeak` is what engines use; `worker` is the process; `library` is the ctypes binding that only
the worker imports; `protocol` is what both send; `voices` and `text` say how to ask.
"""
