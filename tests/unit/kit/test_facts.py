"""Facts on their way into a journal and out of it again, old versions lifted to today's shape."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chalicelib.errors import NewerDataError
from chalicelib.kit.facts import Body, Fact, encode, vocabulary


@dataclass(frozen=True, slots=True)
class Baked(Fact):
    """Version 1 weighed in pounds and had one taster; version 2 weighed in grams; version 3 has all tasters."""

    type = "bread.baked"
    v = 3

    grams: int
    tasters: tuple[str, ...] = ()
    slices: tuple[tuple[int, int], ...] = ()


@dataclass(frozen=True, slots=True)
class Eaten(Fact):
    type = "bread.eaten"


def in_grams(body: Body) -> Body:
    return {name: value for name, value in body.items() if name != "pounds"} | {"grams": body["pounds"] * 454}


def all_tasters(body: Body) -> Body:
    rest = {name: value for name, value in body.items() if name != "taster"}
    return rest | {"tasters": (body["taster"],)} if "taster" in body else rest


BAKERY = vocabulary(Baked, Eaten, upcasters={("bread.baked", 1): in_grams, ("bread.baked", 2): all_tasters})


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ({"type": "bread.baked", "v": 1, "pounds": 2, "taster": "Ada"}, Baked(908, ("Ada",))),
        ({"type": "bread.baked", "pounds": 1}, Baked(454)),  # the very first facts did not say their version
        ({"type": "bread.baked", "v": 2, "grams": 500, "taster": "Ada"}, Baked(500, ("Ada",))),
        (
            {"type": "bread.baked", "v": 2, "grams": 500, "slices": [[1, 2], [3, 4]]},
            Baked(500, slices=((1, 2), (3, 4))),
        ),
        ({"type": "bread.baked", "v": 3, "grams": 500, "tasters": ["Ada", "Bo"]}, Baked(500, ("Ada", "Bo"))),
        ({"type": "bread.eaten", "v": 1}, Eaten()),
    ],
)
def test_every_version_ever_written_is_read_as_todays(written: Body, read: Fact) -> None:
    before = json.dumps(written)
    assert BAKERY.decode(written) == read
    assert json.dumps(written) == before


@given(
    st.builds(Baked, st.integers(), st.tuples(st.text()), st.lists(st.tuples(st.integers(), st.integers())).map(tuple))
)
def test_todays_facts_go_to_json_and_back(fact: Baked) -> None:
    assert BAKERY.decode(json.loads(json.dumps(encode(fact)))) == fact


def test_what_is_at_its_default_is_not_written() -> None:
    assert encode(Baked(500)) == {"type": "bread.baked", "v": 3, "grams": 500}
    assert encode(replace(Baked(500), tasters=("Ada",)))["tasters"] == ("Ada",)


def test_a_fact_of_a_later_release_is_not_guessed_at() -> None:
    with pytest.raises(NewerDataError, match="written in version 4; 3 is the newest known here"):
        BAKERY.decode({"type": "bread.baked", "v": 4, "grams": 500})


def test_a_fact_that_is_not_of_this_vocabulary_is_one_that_a_later_release_knows() -> None:
    with pytest.raises(NewerDataError, match=r"bread\.burnt was written in version 1; none is the newest known here"):
        BAKERY.decode({"type": "bread.burnt", "v": 1})


def test_what_does_not_say_what_it_is_is_no_fact() -> None:
    with pytest.raises(KeyError):
        BAKERY.decode({"v": 1})


def test_a_missing_upcaster_is_missed() -> None:
    with pytest.raises(KeyError):
        vocabulary(Baked).decode({"type": "bread.baked", "v": 1, "pounds": 2})
