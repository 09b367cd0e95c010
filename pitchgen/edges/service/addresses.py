"""Addresses that merchants give, asked for in a way that reaches nothing of our own network.

Server-side request forgery: an address that names, resolves to or redirects to a machine inside. So a name is resolved
once, every address it has must be public, the connection goes to that very address (a second look-up could answer
otherwise), the certificate is still checked against the name, and redirects are followed by hand, each checked alike.
Source: OWASP, Server-Side Request Forgery Prevention Cheat Sheet.
"""

from __future__ import annotations

import ipaddress
import socket
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any
from urllib.parse import urljoin, urlsplit

import httpx

from pitchgen.core.errors import InputError

Resolve = Callable[[str, int], list[str]]
"""The addresses of a host, as text."""
REDIRECTS = 5
PORTS = {"http": 80, "https": 443}
TIMEOUT = httpx.Timeout(10.0)  # for connecting, and for each piece of an answer


def resolve(host: str, port: int) -> list[str]:
    """As the system does.

    Raises:
        InputError: nobody knows the host.
    """
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError):
        raise InputError(f"{host}: no such host") from None
    return list(dict.fromkeys(str(entry[4][0]) for entry in found))


class Addresses:
    """The outside world, as merchants' addresses reach it."""

    def __init__(self, *, resolve: Resolve = resolve, inside: tuple[str, ...] = (), verify: Any = True) -> None:
        """Networks of `inside` may be reached though they are not public: a platform's own servers."""
        self._resolve = resolve
        self._inside = tuple(map(ipaddress.ip_network, inside))
        self._verify = verify

    def check(self, url: str) -> str:
        """The address that a connection to `url` has to go to.

        Raises:
            InputError: it is no address for us to ask.
        """
        try:
            parts = urlsplit(url)
            port = parts.port or PORTS.get(parts.scheme, 0)
        except ValueError:
            raise InputError(f"{url!r} is no web address") from None
        if parts.scheme not in PORTS or not parts.hostname:
            raise InputError(f"{url!r}: an address starts with http:// or https://")
        if parts.username or parts.password:
            raise InputError("an address has no user and password in it; give one that is signed by its query")
        found = self._resolve(parts.hostname, port)
        if not found or not all(map(self._allowed, found)):
            raise InputError(f"{parts.hostname}: is not on the public internet, and is not asked")
        return found[0]

    @contextmanager
    def opened(
        self, method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None,
        redirects: int = REDIRECTS,
    ) -> Iterator[httpx.Response]:  # fmt: skip
        """The answer at `url`, of which nothing is read yet.

        Raises:
            InputError: it, or what it redirects to, is no address for us to ask; too many redirects.
            httpx.HTTPError: nobody answers.
        """
        with httpx.Client(timeout=TIMEOUT, verify=self._verify, trust_env=False) as client:
            for _ in range(redirects + 1):
                response = client.send(self._pinned(client, method, url, content, headers or {}), stream=True)
                if not response.is_redirect or not redirects:
                    try:
                        yield response
                    finally:
                        response.close()
                    return
                url = urljoin(url, response.headers["location"])
                response.close()
        raise InputError(f"{urlsplit(url).hostname}: redirects more than {redirects} times")

    def _pinned(
        self, client: httpx.Client, method: str, url: str, content: bytes | None, headers: Mapping[str, str]
    ) -> httpx.Request:
        """A request to the address that was checked, which still names the host it means."""
        address, parts = self.check(url), urlsplit(url)
        shown = f"[{address}]" if ":" in address else address
        target = parts._replace(netloc=f"{shown}:{parts.port}" if parts.port else shown, fragment="").geturl()
        return client.build_request(
            method, target, content=content,
            headers={**headers, "Host": parts.netloc, "Accept-Encoding": "identity"},
            extensions={"sni_hostname": parts.hostname},
        )  # fmt: skip

    def _allowed(self, text: str) -> bool:
        address = ipaddress.ip_address(text.partition("%")[0])
        if isinstance(address, ipaddress.IPv6Address):
            # one protocol's addresses inside the other's: as many ways round a check
            address = address.ipv4_mapped or address.sixtofour or (address.teredo or (None, address))[1] or address
        if any(address.version == network.version and address in network for network in self._inside):
            return True
        return address.is_global and not address.is_multicast and not _translated(address)


def _translated(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    """Whether a gateway would turn it into any IPv4 address (NAT64)."""
    return address.version == 6 and address in ipaddress.ip_network("64:ff9b::/96")
