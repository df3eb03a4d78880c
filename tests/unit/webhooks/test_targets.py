"""Nothing is sent to where no server of a shop could be, however that place is written, and whatever its name means just then."""

from __future__ import annotations

import pytest

from chalicelib.aws.http_outside import HttpOutside
from chalicelib.aws.outside import Target, TargetError, may_call, target_of
from chalicelib.errors import InvalidInput, Refused
from tests.twins.hooked import define, hooked

HOSTILE = (
    "http://example.com/",
    "https://example.com:8443/",
    "https://example.com:22/",
    "https://localhost/",
    "https://localhost./",
    "https://box.localhost/",
    "https://printer.local/",
    "https://metadata.google.internal/",
    "https://intranet/",
    "https://127.0.0.1/",
    "https://127.1/",
    "https://2130706433/",
    "https://0x7f000001/",
    "https://0177.0.0.1/",
    "https://0/",
    "https://0.0.0.0/",
    "https://10.0.0.5/",
    "https://172.16.0.1/",
    "https://192.168.1.1/",
    "https://100.64.0.1/",
    "https://169.254.169.254/latest/meta-data/",
    "https://192.0.0.192/",
    "https://192.88.99.1/",
    "https://198.18.0.1/",
    "https://224.0.0.1/",
    "https://240.0.0.1/",
    "https://255.255.255.255/",
    "https://[::]/",
    "https://[::1]/",
    "https://[::ffff:127.0.0.1]/",
    "https://[::ffff:8.8.8.8]/",
    "https://[::ffff:a9fe:a9fe]/",
    "https://[64:ff9b::a9fe:a9fe]/",
    "https://[2002:7f00:1::]/",
    "https://[2001::1]/",
    "https://[2001:db8::1]/",
    "https://[fd00:ec2::254]/",
    "https://[fe80::1]/",
    "https://[fe80::1%25eth0]/",
    "https://[ff02::1]/",
)
MALFORMED = (
    "ftp://example.com/",
    "javascript:alert(1)",
    "example.com",
    "https://",
    "https:///path",
    "https://user:secret@example.com/",
    "https://example.com@127.0.0.1/",
    "https://example.com/#part",
    "https://example.com\\@127.0.0.1/",
    "https://exa mple.com/",
    "https://example.com/\r\nHost: inside",
    "https://bücher.example/",
    "https://example.com:port/",
    "https://example.com:99999/",
    "https://[::1/",
    "https://example.com/" + "x" * 1_000,
)
PUBLIC = ("8.8.8.8", "93.184.216.34", "2606:4700:4700::1111", "2a00:1450:4001:81b::200e")


@pytest.mark.parametrize("url", HOSTILE)
def test_a_hostile_target_is_refused_when_it_is_written_down(url: str) -> None:
    with pytest.raises(TargetError) as refused:
        target_of(url, local=False)
    assert not refused.value.malformed


@pytest.mark.parametrize("url", MALFORMED)
def test_what_is_no_url_of_a_server_is_said_to_be_none(url: str) -> None:
    with pytest.raises(TargetError) as refused:
        target_of(url, local=False)
    assert refused.value.malformed


def test_a_shop_is_told_which_it_is() -> None:
    at = hooked()
    with pytest.raises(Refused, match="forbidden_target"):
        define(at.shop, url="https://169.254.169.254/")
    with pytest.raises(InvalidInput, match="invalid_url"):
        define(at.shop, url="https://user@example.com/")


@pytest.mark.parametrize("address", PUBLIC)
def test_what_is_public_may_be_called(address: str) -> None:
    assert may_call(address, local=False)
    host = f"[{address}]" if ":" in address else address
    assert target_of(f"https://{host}/in?a=b", local=False) == Target(True, address, 443, "/in?a=b")


@pytest.mark.parametrize(
    "url", ["https://hooks.example.com/in", "https://hooks.example.com:443/in", "HTTPS://Hooks.Example.COM/in"]
)
def test_a_name_is_looked_up_when_it_is_called(url: str) -> None:
    assert target_of(url, local=False) == Target(True, "hooks.example.com", 443, "/in")


def test_where_the_cloud_is_this_machine_it_may_be_called_and_no_other() -> None:
    assert target_of("http://127.0.0.1:8000/", local=True) == Target(False, "127.0.0.1", 8000, "/")
    assert target_of("http://localhost:8000", local=True).authority == "localhost:8000"
    for url in ("http://10.0.0.5/", "http://169.254.169.254/", "http://[::ffff:10.0.0.5]/"):
        with pytest.raises(TargetError):
            target_of(url, local=True)


@pytest.mark.parametrize(
    "means",
    [
        ["10.0.0.5"],
        ["127.0.0.1"],
        ["93.184.216.34", "169.254.169.254"],
        ["::ffff:127.0.0.1"],
        ["fe80::1%eth0"],
        ["no address"],
    ],
)
def test_a_name_that_means_such_an_address_is_not_called(means: list[str]) -> None:
    """One of several is enough: whoever answers so is not to be trusted with the others."""
    outside = HttpOutside(resolve=lambda host, port: means)
    with pytest.raises(TargetError):
        outside.post(Target(True, "rebound.example.com", 443, "/"), {}, b"{}")
