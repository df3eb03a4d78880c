"""Every code that is raised is in the catalogue of the HTTP API, or named here as one that never leaves by HTTP."""

from __future__ import annotations

import ast
from collections.abc import Iterable, Iterator, Mapping
from typing import get_args

from chalicelib.api import faults
from chalicelib.api.codes import CODES, GATEWAY
from chalicelib.areas.orders.file.faults import Code as FileCode
from chalicelib.kit.ids import PREFIXES
from tests.architecture.sources import Source, last_name, sources

ROOT_CLASS = "StampbookError"
OTHER_MAKERS = ("PydanticCustomError", "of_code", "BadLineError", "_bad", "slip")
# Where a code is not written but handed on: each of these takes it from a table that is judged here.
HANDED_ON = {
    "chalicelib/api/bodies.py",
    "chalicelib/api/rim.py",
    "chalicelib/areas/orders/file/cells.py",
    "chalicelib/kit/slips.py",
}
ASKED_FOR = set(PREFIXES) - {"referral"}  # who brought in whom is read of members
COMPOSED = {"{kind}_not_found": tuple(sorted(f"{kind}_not_found" for kind in ASKED_FOR))}

NOT_BY_HTTP = {
    "held_already": "told in an answer, as the reason why a rule gives no perk",
    "in_segment_already": "told in an answer, as the reason why a rule lets nobody join a segment",
    "not_in_segment": "told in an answer, as the reason why a rule takes nobody out of a segment",
    "stay_over": "told in an answer, as the reason why a rule lets nobody join a segment",
    "changed_beside": "told in an answer, as the reason why a rule moves nobody in a segment, or gives no coupon",
    "coupon_over": "told in an answer, as the reason why a rule gives no coupon",
    "award_gone": "told in an answer, as the reason why a return takes no perk back",
    "stay_gone": "told in an answer, as the reason why a return ends no stay in a segment",
    "stay_renewed": "told in an answer, as the reason why a return ends no stay in a segment",
    "pinned_since": "told in an answer, as the reason why a return takes no tier back",
    "too_many_effects": "told in an answer, as the reason why nothing follows from a rule",
    "nothing_given": "leaves the commit of a run of a rule, which counts whom nothing was given",
    "nothing_due": "leaves settle_due's commit, which answers that nothing was done",
    "unchanged": "leaves the commit of a member that is already as asked",
    "is_transfer": "leaves the undoing of one account: undo_entry goes on with both",
    "missing_identity": "of a file: over HTTP it is missing_member",
    "unknown_sale": "of a file: over HTTP the sale is in the path",
    "duplicate_rule": "of rules given as a list: over HTTP each has a path of its own",
    "empty_file": "of a whole file of orders",
    "bad_header": "of a whole file of orders",
    "unreadable_line": "of a line of a file of members: over HTTP a body is refused whole",
    "invalid_tenant": "of keys, which are issued at a prompt",
    "invalid_key_name": "of keys",
    "invalid_grants": "of keys",
    "key_not_found": "of keys",
    "tenant_not_found": "of keys",
    "grant_not_held": "of keys",
    "tenant_taken": "of keys",
    "not_an_import": "of a file dropped where no import is: its message dies",
    "given_up": "of a step of an import that has failed as often as it may: its message dies",
    "unknown_message": "of a message that nobody of ours sent: it dies",
}

BY_CHALICE = {"unsupported_media_type"}  # refused before the rim, which tells it in our words


def error_classes(judged: Iterable[Source]) -> set[str]:
    """The names of StampbookError and of all that derive from it, wherever they are."""
    bases = {
        node.name: {last_name(base) for base in node.bases}
        for source in judged
        for node in source.nodes()
        if isinstance(node, ast.ClassDef)
    }
    found = {ROOT_CLASS}
    while more := {name for name, parents in bases.items() if parents & found} - found:
        found |= more
    return found


def raised(source: Source, makers: set[str]) -> Iterator[tuple[int, str | None]]:
    """Line and code of every failure that is made here; None for a code that cannot be read."""
    bring_their_own = dict(own_codes(source, makers))
    yield from bring_their_own.values()
    for call in source.calls():
        name = last_name(call.func)
        if name in makers and name not in bring_their_own and call.args:
            yield from ((call.lineno, code) for code in literal(call.args[0]))


def own_codes(source: Source, makers: set[str]) -> Iterator[tuple[str, tuple[int, str | None]]]:
    """The classes that name their code themselves, in the call of their parent."""
    for node in source.nodes():
        if isinstance(node, ast.ClassDef) and node.name in makers and node.name != ROOT_CLASS:
            for call in (part for part in ast.walk(node) if isinstance(part, ast.Call)):
                if last_name(call.func) == "__init__" and call.args and isinstance(call.args[0], ast.Constant):
                    yield node.name, (call.lineno, str(call.args[0].value))


def literal(node: ast.expr) -> tuple[str | None, ...]:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return (node.value,)
    if isinstance(node, ast.JoinedStr):
        return COMPOSED.get(ast.unparse(node)[2:-1], (None,))
    return (None,)


def breaches(judged: Iterable[Source], known: Mapping[str, object]) -> list[str]:
    table = tuple(judged)
    makers = error_classes(table) | set(OTHER_MAKERS)
    return [
        source.at(line, f"{code or 'a code that cannot be read'} is not in the catalogue")
        for source in table
        for line, code in raised(source, makers)
        if (code not in known if code is not None else source.path not in HANDED_ON)
    ]


def every_code() -> dict[str, object]:
    return {**CODES, **NOT_BY_HTTP, **dict.fromkeys(get_args(FileCode))}


def told_of() -> set[str]:
    judged = sources("chalicelib")
    makers = error_classes(judged) | set(OTHER_MAKERS)
    return {code for source in judged for _, code in raised(source, makers) if code is not None}


def test_every_code_that_is_raised_is_in_a_catalogue() -> None:
    assert breaches(sources("chalicelib"), every_code()) == []


def test_every_code_of_the_catalogue_is_raised_somewhere() -> None:
    """By an operation, by the reading of a field, or by what stands before the app."""
    assert set(CODES) - told_of() - set(faults.CODE_OF_KIND.values()) - {"wrong_type"} == set(GATEWAY) | BY_CHALICE


def test_what_never_leaves_by_http_is_raised_and_in_no_other_catalogue() -> None:
    assert set(NOT_BY_HTTP) - told_of() == set()
    assert set(NOT_BY_HTTP) & set(CODES) == set()


def test_each_kind_of_fault_of_a_field_has_a_code_of_the_catalogue() -> None:
    assert set(faults.CODE_OF_KIND.values()) <= set(CODES)


def test_a_code_that_nobody_knows_is_found() -> None:
    text = """
class _Gone(NotFound):
    def __init__(self, member) -> None:
        super().__init__("thing_gone", "It is gone.")

class NotFound(StampbookError): ...

def f(kind, code, member):
    raise _Gone(member)
    raise NotFound("thing_not_found", "No.")
    raise errors.NotFound(f"{kind}_lost", "No.")
    raise NotFound(code, "No.")
    raise PydanticCustomError("thing_odd", "It is odd.")
    raise NotFound("member_not_found", "No.")
    raise NotFound(f"{kind}_not_found", "No.")
    raise ValueError("not ours")
"""
    found = breaches([Source("a.py", text)], CODES)
    assert sorted(line.split(": ", 1)[1].removesuffix(" is not in the catalogue") for line in found) == [
        "a code that cannot be read",
        "a code that cannot be read",
        "thing_gone",
        "thing_not_found",
        "thing_odd",
    ]
