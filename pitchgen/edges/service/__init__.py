"""Where the hosted service keeps what it knows: a database, an object storage, a queue.

Needs the packages of `pitchgen[serve]`; nothing outside of this package imports them.
"""
