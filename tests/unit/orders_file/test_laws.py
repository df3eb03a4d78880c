"""Whatever the bytes: no exception but the header's two, no line lost, the same answer again, and little memory."""

from __future__ import annotations

import io
from collections.abc import Iterator

from hypothesis import example, given, settings
from hypothesis import strategies as st

from chalicelib.areas.orders.file import RejectedRow
from chalicelib.areas.orders.file.lines import physical_lines
from chalicelib.areas.orders.file.rows import Rows, read_header
from chalicelib.errors import InvalidInput
from tests.unit.orders_file.csv_file import HEADER, file_of, line, peak_of, read_bytes, return_line, summary

GOOD = file_of(
    [
        line(),
        line(sku="JUG", name='"Jug, ""blue"""'),
        "",
        line(document_number="A-2", name='"Cup\nand saucer\n\nof 1899"', labels="a:b;c:d"),
        return_line(),
        return_line(sku="JUG"),
        line(document_number="A-3", name='DISK 3.5"', loyalty_card="", email="jo@shop.example"),
    ]
)

SCRAPS = [b'"', b'""', b",", b"\n", b"\r\n", b"\r", b"\x00", b"\xff", b"\xc3", b"-", b"\xef\xbb\xbf", b"A-1,sell", b" "]


def header_fault(content: bytes) -> str | None:
    try:
        read_header(physical_lines(io.BytesIO(content)))
    except InvalidInput as refused:
        return refused.code
    return None


def check_laws(content: bytes) -> None:
    fault = header_fault(content)
    if fault is not None:
        assert fault in {"empty_file", "bad_header"}
        return
    documents = read_bytes(content)
    assert read_bytes(content) == documents
    lines = physical_lines(io.BytesIO(content))
    header = read_header(lines)
    covered = {at for row in Rows(lines, header) for at in range(row.first_line, row.first_line + row.lines)}
    assert sum(document.lines for document in documents) == len(covered)
    texts = content.removeprefix(b"\xef\xbb\xbf").split(b"\n")
    header_at = next(at for at, text in enumerate(texts, start=1) if text.strip())
    left_over = {at for at, text in enumerate(texts, start=1) if text.strip()} - covered
    assert left_over == {header_at}
    firsts = [document.first_line for document in documents]
    assert firsts == sorted(set(firsts))
    for document in documents:
        if isinstance(document, RejectedRow):
            assert document.first_line <= document.line <= len(texts)


@given(st.binary(max_size=300))
@example(b"")
def test_random_bytes(content: bytes) -> None:
    check_laws(content)
    check_laws(f"{HEADER}\n".encode() + content)


@given(st.lists(st.sampled_from([*SCRAPS, line().encode(), return_line().encode(), b"junk,sell"]), max_size=40))
def test_random_scraps_behind_a_good_header(scraps: list[bytes]) -> None:
    check_laws(f"{HEADER}\n".encode() + b"".join(scraps))


@settings(max_examples=300)
@given(
    st.lists(
        st.tuples(
            st.integers(0, len(GOOD)), st.integers(0, 30), st.sampled_from([*SCRAPS, b""]) | st.binary(max_size=4)
        ),
        min_size=1,
        max_size=6,
    )
)
def test_random_mutations_of_a_good_file(changes: list[tuple[int, int, bytes]]) -> None:
    content = GOOD
    for start, length, scrap in changes:
        content = content[:start] + scrap + content[start + length :]
    check_laws(content)


@given(st.integers(3, 8), st.binary(max_size=30).filter(lambda junk: b"\n" not in junk))
def test_junk_in_one_line_leaves_the_documents_of_other_numbers_alone(at: int, junk: bytes) -> None:
    """The junk may refuse a document of its own and the one it stands in or starts like, no other."""
    lines: list[str | bytes] = [line(document_number=f"A-{number}") for number in range(10)]
    lines[at] = junk
    told = summary(read_bytes(file_of(lines)))
    expected = [f"sale A-{number}" for number in range(10) if number != at]
    assert [one for one in told if one.startswith("sale")] == expected


def test_a_line_of_fifty_megabytes_is_refused_without_being_held() -> None:
    def pieces() -> Iterator[bytes]:
        yield file_of([line(document_number="A-0"), "A-1,sell,"])[:-1]
        for _ in range(50 * 16):
            yield b"x" * 65_536
        yield b"\n" + line(document_number="A-2").encode()

    peak, told = peak_of(pieces())
    assert told == ["sale A-0", "line_too_long A-1 @3", "sale A-2"]
    assert peak < 2_000_000


def test_an_endless_document_or_quote_is_refused_without_being_held() -> None:
    def pieces() -> Iterator[bytes]:
        yield file_of([line(document_number="A-0", name='"never closed')])
        yield from ((line() + "\n").encode() * 500 for _ in range(20))
        yield from (line(document_number="").encode() + b"\n" for _ in range(2_000))

    peak, told = peak_of(pieces())
    assert told == ["bad_quoting A-0 @2", "too_many_lines A-1 @1003", "missing_value  @10003"]
    assert peak < 6_000_000
