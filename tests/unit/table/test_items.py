"""Items by their declarations: the very map that PynamoDB would make of them, and nothing taken in that is none of ours."""

from __future__ import annotations

import pytest
from pynamodb.attributes import UnicodeAttribute
from pynamodb.exceptions import AttributeDeserializationError, AttributeNullError

from chalicelib.errors import NewerDataError, Refused
from chalicelib.table.items import BodyAttribute, IntegerAttribute, StampbookItem, from_attrs, to_attrs
from chalicelib.table.protocol import Attrs


class ThingItem(StampbookItem):
    kind = UnicodeAttribute(default="thing")
    version = IntegerAttribute()
    note = UnicodeAttribute(null=True)
    body = BodyAttribute()
    gsi1pk = UnicodeAttribute(null=True)


def thing(**more: object) -> ThingItem:
    return ThingItem(**{"pk": "a", "sk": "b", "version": 2**53, "body": {"n": [1, 2]}, **more})


STORED: Attrs = {
    "pk": {"S": "a"},
    "sk": {"S": "b"},
    "kind": {"S": "thing"},
    "v": {"N": "1"},
    "version": {"N": "9007199254740992"},
    "body": {"B": b'j{"n":[1,2]}'},
}


def test_an_item_is_stored_with_what_it_declares_and_reads_back() -> None:
    assert to_attrs(thing()) == STORED
    item = from_attrs(ThingItem, STORED)
    assert (item.pk, item.kind, item.v, item.version, item.body) == ("a", "thing", 1, 2**53, {"n": [1, 2]})
    assert to_attrs(item) == STORED


@pytest.mark.parametrize("more", [{}, {"note": "", "gsi1pk": "x"}, {"body": list(range(500))}, {"v": 7}])
def test_it_is_stored_as_pynamodb_itself_would(more: dict[str, object]) -> None:
    item = thing(**more)
    assert list(to_attrs(item).items()) == list(item.serialize().items())


def test_an_attribute_set_later_is_stored_as_well() -> None:
    item = thing()
    item.gsi1pk = "shelf"
    assert to_attrs(item) == {**STORED, "gsi1pk": {"S": "shelf"}}


def test_items_do_not_share_what_they_hold() -> None:
    first, second = thing(), thing()
    first.note = "mine"
    assert to_attrs(second) == STORED
    assert to_attrs(thing()) == STORED


def test_what_is_not_declared_is_a_mistake_of_ours_and_not_dropped() -> None:
    with pytest.raises(TypeError, match="ThingItem declares no colour, size"):
        thing(size=1, colour="red")


def test_an_item_without_what_every_one_of_its_kind_has_is_not_stored() -> None:
    with pytest.raises(AttributeNullError):
        to_attrs(ThingItem(pk="a", sk="b", body=1))


def test_what_is_merely_new_is_passed_over() -> None:
    assert from_attrs(ThingItem, {**STORED, "colour": {"S": "red"}}).version == 2**53


def test_an_item_of_a_newer_schema_is_refused() -> None:
    with pytest.raises(NewerDataError):
        from_attrs(ThingItem, {**STORED, "v": {"N": "2"}})


@pytest.mark.parametrize("damaged", [{"S": "3"}, {"NULL": True}])
def test_a_value_of_another_type_is_not_taken_for_ours(damaged: dict[str, object]) -> None:
    with pytest.raises(AttributeDeserializationError):
        from_attrs(ThingItem, {**STORED, "version": damaged})


def test_numbers_are_whole() -> None:
    with pytest.raises(ValueError, match=r"1\.5"):
        from_attrs(ThingItem, {**STORED, "version": {"N": "1.5"}})
    with pytest.raises(ValueError, match="float"):
        to_attrs(thing(version=1.0))


def test_what_does_not_fit_into_one_item_is_refused() -> None:
    with pytest.raises(Refused, match="more than the 10 bytes"):
        to_attrs(thing(), most_bytes=10)
