"""The hosted service at work: which stage follows which, who performs it, and what is thrown away.

Needs the packages of `pitchgen[serve]`; nothing outside of this package and the shells of the service imports it.
"""
