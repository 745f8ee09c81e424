"""A stranger writes what he likes into X-Forwarded-For; only our proxies' entries count."""

import pytest

from kernel.addresses import client_address


@pytest.mark.parametrize(
    ("forwarded", "proxies", "expected"),
    [
        ("", 0, "10.0.0.1"),
        ("203.0.113.9", 0, "10.0.0.1"),  # no proxy of ours: nobody is believed
        ("", 1, "10.0.0.1"),
        ("203.0.113.9", 1, "203.0.113.9"),
        ("1.2.3.4, 203.0.113.9", 1, "203.0.113.9"),  # 1.2.3.4 was made up
        ("1.2.3.4, 203.0.113.9, 10.0.0.2", 2, "203.0.113.9"),
        ("203.0.113.9", 2, "10.0.0.1"),
        ("203.0.113.9:51234", 1, "203.0.113.9"),  # some proxies add the port
        ("2001:db8:1:2::7", 1, "2001:db8:1:2::"),  # one connection owns the /64
        ("2001:db8:1:2:ffff:1:2:3", 1, "2001:db8:1:2::"),
        ("[2001:db8:1:2::7]", 1, "2001:db8:1:2::"),
        ("[2001:db8:1:2::7]:443", 1, "2001:db8:1:2::"),
        ("::ffff:203.0.113.9", 1, "203.0.113.9"),
        ("203.0.113.9:x", 1, "10.0.0.1"),
        ("' OR 1=1", 1, "10.0.0.1"),
    ],
)
def test_the_address_behind_our_proxies(forwarded: str, proxies: int, expected: str) -> None:
    assert client_address(forwarded=forwarded, remote="10.0.0.1", proxies=proxies) == expected


def test_a_direct_asker_is_counted_by_the_network_too() -> None:
    assert client_address(forwarded="", remote="2001:db8:1:2::9", proxies=0) == "2001:db8:1:2::"
