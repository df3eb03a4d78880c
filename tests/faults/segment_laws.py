"""What must be true of segments, whatever went wrong: who is in one is who joined and has not left, until when was told last,
and a segment counts as many as it has."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence

from chalicelib.areas.segments.store import membership_from
from chalicelib.table.journal import Entry, Stream
from chalicelib.table.protocol import Attrs, Key
from tests.faults.parsed import parsed

_COUNTS = "#Q#segment_members#"


def judge_segments(kinds: Mapping[str, Mapping[Key, Attrs]], journals: Mapping[Stream, Sequence[Entry]]) -> None:
    told: Counter[tuple[str, str, int]] = Counter()
    until: dict[tuple[str, str, int], list[int | None]] = {}
    for body in (body for entries in journals.values() for entry in entries for body in entry.facts):
        if not str(body["type"]).endswith("_segment"):
            continue
        stay = str(body["member"]), str(body["segment"]), int(body["since"])
        told[stay] += {"member.joined_segment": 1, "member.left_segment": -1}.get(body["type"], 0)
        until.setdefault(stay, []).extend([] if body["type"] == "member.left_segment" else [body.get("until")])
    kept = {_stay(key, attrs): parsed(membership_from, attrs).leaves_at for key, attrs in kinds["membership"].items()}
    assert dict.fromkeys(kept, 1) == +told, "who is in a segment is not who was told to be"
    assert all(leaves_at in until[stay] for stay, leaves_at in kept.items()), "a stay ends when nobody has told"
    members = Counter(segment for _, segment, _ in kept)
    counted: Counter[str] = Counter()
    for key, attrs in kinds["quota_slice"].items():
        if _COUNTS in key.pk:
            counted[key.pk.rsplit("#", 1)[1]] += int(attrs["taken"]["N"])
    assert +counted == members, "a segment does not count its members"


def _stay(key: Key, attrs: Attrs) -> tuple[str, str, int]:
    kept = parsed(membership_from, attrs)
    return key.pk.rsplit("#", 1)[1], kept.segment_id, kept.since
