"""Operators issue and revoke keys at a prompt: the credential once, on stdout; everything else in a sentence on stderr."""

from __future__ import annotations

import pytest

from chalicelib.areas.access.operations import authenticate
from chalicelib.config import ConfigurationError
from chalicelib.errors import Unauthenticated
from chalicelib.kit.caller import Grant
from chalicelib.runtime import Runtime
from chalicelib.table.protocol import Throttled
from infra.local import api_key

Shown = pytest.CaptureFixture[str]


def run(rt: Runtime, *arguments: str) -> int:
    return api_key.main(arguments, lambda: rt)


def issued(rt: Runtime, shown: Shown, *more: str) -> tuple[str, str]:
    assert run(rt, "issue", "--tenant", "shop", "--name", "till", *more) == 0
    told = shown.readouterr()
    assert (told.err, told.out.count("\n")) == ("", 1)
    key_id, _, secret = told.out.strip().partition(".")
    return key_id, secret


def test_a_key_is_issued_and_its_credential_printed_alone(rt: Runtime, capsys: Shown) -> None:
    caller = authenticate(rt, *issued(rt, capsys))
    assert (caller.tenant, caller.org, caller.name, caller.grants) == ("shop", "shop", "till", (Grant("*", "modify"),))


def test_a_key_is_given_what_it_is_for(rt: Runtime, capsys: Shown) -> None:
    key = issued(rt, capsys, "--grant", "members:view", "--grant", "orders:modify", "--org", "chain")
    caller = authenticate(rt, *key)
    assert (caller.org, caller.grants) == ("chain", (Grant("members", "view"), Grant("orders", "modify")))


def test_a_key_is_revoked_by_its_id(rt: Runtime, capsys: Shown) -> None:
    key_id, secret = issued(rt, capsys)
    authenticate(rt, key_id, secret)
    assert run(rt, "revoke", "--key", key_id) == 0
    assert key_id in capsys.readouterr().out
    with pytest.raises(Unauthenticated):
        authenticate(rt, key_id, secret)


@pytest.mark.parametrize(
    ("arguments", "sentence"),
    [
        (("issue", "--tenant", "The Shop", "--name", "till"), "A tenant is 2 to 32 lower-case letters"),
        (("issue", "--tenant", "", "--name", "till"), "A tenant is 2 to 32 lower-case letters"),
        (("issue", "--tenant", "shop", "--name", ""), "A key's name has 1 to 100 characters."),
        (("issue", "--tenant", "shop", "--name", "till", "--grant", "member:view"), "There is no resource member."),
        (("revoke", "--key", "key_none"), "There is no key key_none."),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    rt: Runtime, capsys: Shown, arguments: tuple[str, ...], sentence: str
) -> None:
    assert run(rt, *arguments) == 1
    told = capsys.readouterr()
    assert (told.out, told.err.startswith(sentence)) == ("", True)


@pytest.mark.parametrize("grant", ["members", "members:", "members:delete", ""])
def test_a_grant_is_a_resource_and_an_access(rt: Runtime, capsys: Shown, grant: str) -> None:
    with pytest.raises(SystemExit):
        run(rt, "issue", "--tenant", "shop", "--name", "till", "--grant", grant)
    assert "is not written resource:view or resource:modify" in capsys.readouterr().err


@pytest.mark.parametrize("fault", [ConfigurationError(["STAMPBOOK_TABLE is not set."]), Throttled("slow down")])
def test_without_a_table_nothing_is_printed_but_why(capsys: Shown, fault: Exception) -> None:
    def nowhere() -> Runtime:
        raise fault

    assert api_key.main(["revoke", "--key", "key_1"], nowhere) == 1
    told = capsys.readouterr()
    assert (told.out, str(fault) in told.err) == ("", True)
