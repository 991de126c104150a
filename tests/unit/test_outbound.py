"""Addresses that others give us to call: which are public, and which are written so that they may
be called."""

from __future__ import annotations

from ipaddress import IPv4Address, IPv6Address, ip_address, ip_network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.domain.outbound import Allowed, Target, is_public, target_of

NONE = Allowed()
V4 = st.ip_addresses(v=4)
PRIVATE_V4 = st.sampled_from(
    ["10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.168.0.0/16"]
).flatmap(lambda net: st.ip_addresses(v=4, network=net))


def inside(v4: IPv4Address) -> list[IPv6Address]:
    """Every IPv6 address that stands for this IPv4 address."""
    n = int(v4)
    return [
        IPv6Address(n),  # IPv4-compatible (RFC 4291 2.5.5.1)
        IPv6Address((0xFFFF << 32) | n),  # IPv4-mapped
        IPv6Address((0xFFFF << 48) | n),  # SIIT (RFC 2765)
        IPv6Address((0x64FF9B << 96) | n),  # NAT64
        IPv6Address((0x64FF9B0001 << 80) | n),  # NAT64 of one's own (RFC 8215)
        IPv6Address((0x2002 << 112) | (n << 80)),  # 6to4
        IPv6Address((0x20010000 << 96) | (n ^ 0xFFFFFFFF)),  # Teredo
    ]


@given(st.one_of(V4, PRIVATE_V4))
def test_no_ipv4_address_that_is_special_is_public(address: IPv4Address) -> None:
    special = (
        address.is_private
        or address.is_loopback
        or address.is_link_local
        or address.is_multicast
        or address.is_reserved
        or address.is_unspecified
        or not address.is_global
    )
    assert not (special and is_public(address))
    assert not any(is_public(each) for each in inside(address))


@given(st.ip_addresses(v=6))
def test_no_ipv6_address_that_is_special_is_public(address: IPv6Address) -> None:
    special = address.is_private or address.is_multicast or address.is_link_local or address.is_site_local
    special = special or address.is_reserved or address.is_unspecified or address.is_loopback
    carries = address.ipv4_mapped or address.sixtofour or address.teredo
    assert not ((special or carries or not address.is_global) and is_public(address))


@given(st.ip_addresses(v=6, network="2a00::/12"))
def test_what_is_given_out_to_the_world_is_public(address: IPv6Address) -> None:
    assert is_public(address)


@pytest.mark.parametrize("address", ["1.1.1.1", "8.8.8.8", "93.184.216.34", "172.32.0.1", "100.128.0.1"])
def test_hosts_of_the_internet_are_public(address: str) -> None:
    assert is_public(ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "169.254.169.254",
        "100.100.100.200",
        "168.63.129.16",
        "192.0.0.192",
        "224.0.1.1",
        "255.255.255.255",
        "::",
        "::1",
        "fe80::1",
        "fe80::1%eth0",
        "2a00::1%eth0",
        "fd00:ec2::254",
        "fec0::1",
        "ff02::1",
        "100::1",
        "2001:db8::1",
        "3fff::1",
        "5f00::1",
        "64:ff9b::1.1.1.1",
    ],
)
def test_hosts_of_ones_own_network_and_of_its_cloud_are_not(address: str) -> None:
    assert not is_public(ip_address(address))


def test_whole_networks_at_their_edges() -> None:
    for net in ("10.0.0.0/8", "100.64.0.0/10", "172.16.0.0/12", "198.18.0.0/15", "224.0.0.0/3"):
        found = ip_network(net)
        assert not is_public(found[0])
        assert not is_public(found[-1])
        assert is_public(found[0] - 1)


@pytest.mark.parametrize(
    ("url", "kept"),
    [
        ("https://shop.example.org", "https://shop.example.org/"),
        ("HTTPS://Shop.Example.ORG:443/hook?a=1&b=%20", "https://shop.example.org/hook?a=1&b=%20"),
        ("https://shop.example.org:8443/hook", "https://shop.example.org:8443/hook"),
        ("https://βιβλία.example/hook", "https://xn--kxaeba8an.example/hook"),
        ("https://8.8.8.8/", "https://8.8.8.8/"),
        ("https://[2A00:1450::1]:444/x", "https://[2a00:1450::1]:444/x"),
    ],
)
def test_an_address_is_kept_as_it_is_called(url: str, kept: str) -> None:
    found = target_of(url, NONE)
    assert found.url == kept
    assert target_of(kept, NONE) == found


@pytest.mark.parametrize(
    "url",
    [
        "",
        *[
            "shop.example.org",
            "ftp://shop.example.org/",
            "file:///etc/passwd",
            "http://shop.example.org/",
            "https://",
            "https:///hook",
            "https://localhost/",
            "https://kafka:9092/",
            "https://127.0.0.1/",
            "https://127.1/",
            "https://0/",
            "https://2130706433/",
            "https://0x7f000001/",
            "https://[::1]/",
            "https://[::ffff:127.0.0.1]/",
            "https://[64:ff9b::7f00:1]/",
            "https://[fe80::1%25eth0]/",
            "https://169.254.169.254/latest/meta-data",
            "https://user:hunter2@shop.example.org/",
            "https://shop.example.org\\@127.0.0.1/",
            "https://shop.example.org/#part",
            "https://shop.example.org:0x1/",
            "https://shop.example.org:99999/",
            "https://shop.example.org:0/",
            "https://shop.example.org/ä",
            "https://-.example.org/",
            "https://shop..org/",
            "https://[shop]/",
            "https://‥/",
        ],
        "https://shop.example.org/a b",
        "https://shop.example.org/\r\nHost: x",
        "https://shop.example.org/" + "a" * 500,
        "https://" + "a." * 130 + "org/",
    ],
)
def test_an_address_that_is_none_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match=r"^an ") as refused:
        target_of(url, NONE)
    assert "meta-data" not in str(refused.value)
    assert "hunter2" not in str(refused.value)


@given(st.text())
def test_any_text_is_an_address_or_refused(text: str) -> None:
    for url in (text, f"https://{text}", f"https://shop.example.org/{text}"):
        try:
            found = target_of(url, NONE)
        except ValueError:
            continue
        assert found.url.isascii()
        assert target_of(found.url, NONE) == found


def test_what_is_allowed_may_be_private_and_plain() -> None:
    allowed = Allowed("127.0.0.1:8090, Receiver:80,[::1]:9000,")
    assert target_of("http://127.0.0.1:8090/x", allowed) == Target("http", "127.0.0.1", 8090, "/x")
    assert target_of("http://receiver/x", allowed).netloc == "receiver"
    assert target_of("http://[::1]:9000/", allowed).netloc == "[::1]:9000"
    for url in ("http://127.0.0.1:8091/", "https://127.0.0.1/", "http://127.0.0.2:8090/"):
        with pytest.raises(ValueError, match=r"^an "):
            target_of(url, allowed)


@pytest.mark.parametrize("text", ["127.0.0.1", "localhost:", ":80", "host:http", "a:1,b"])
def test_what_is_allowed_is_host_and_port(text: str) -> None:
    with pytest.raises(ValueError, match="host:port"):
        Allowed(text)
