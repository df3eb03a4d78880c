"""The orders import format: a CSV file of purchases and returns, read as a stream of documents.

    documents = read_documents(stream, now=now)         SaleRow | ReturnRow | RejectedRow, in file order

**The file.** UTF-8 (a byte order mark and CRLF are tolerated), comma separated, `"` quotes. Its first line that is
not blank names the columns of `Cells` and no others, in any order; `delivery` and `excluded_from_tiers` may be left out. Blank lines are skipped. Spaces around a cell are not
part of it.

**Documents.** Consecutive lines with one document_number and one document_type are one document; each is an order
line, numbered from 1. The numbers of returns are unique within their sale: one that comes again for another sale is
another return. The header (revised_document, purchased_at, loyalty_card, email, phone, location, currency) is
that of the first line: later lines may leave those cells empty or say something else there, which changes nothing,
but what they say must be readable, and no time of theirs in the future. Names, category (`a > b > c`), brand, labels (`key:value;key:value`), delivery and
excluded_from_tiers (`true`, `false` or empty, which is false; of a return's line they change nothing) are of the line. A customer is the first of loyalty_card, email, phone that is filled; a return may leave out all three, and so may a sale where the
program keeps orders of strangers (elsewhere it is refused when it is recorded: `missing_identity`). A sale's revised_document is ignored.

**Bad lines.** One bad line refuses its whole document, wherever it stands in it, and the first fault is the one told.
A damaged line (one that cannot be cut into its cells) belongs to the document that its number cell names. Lines whose
number cannot be told belong to the document around them if the lines before and behind are of one document; else
consecutive ones are one refused document without a number. Every line but the header and blank ones is counted in
exactly one document. The number that is shown of a damaged line is never another cell of it: it is left out where a
lost quote or a missing cell may have moved something else into its place.

**Quotes.** A quoted cell may run over lines, within MAX_RECORD_LINES and MAX_RECORD_BYTES and never over a line that
is a row of its own. If such a record is not closed or has not the right columns, only its first line is refused and
reading goes on at the very next one; what then is no row is taken for the rest of the failed record and goes with its
document. A record whose end is out of sight (past those bounds, a line too long to be read, bytes that are no UTF-8
within the cell) may have any number of such lines, up to the next row of its own. A line with sell or return in its
place is never such a rest, even with a wrong number of cells: another document may have lost it.

Nothing here remembers more than one document and one record ahead. What is yielded depends on the bytes and `now`
alone.

Codes that refuse the file (`InvalidInput`):
    empty_file           nothing but blank lines
    bad_header           the first line is unreadable, or names a column that is missing, unknown or there twice

Codes that refuse a document (`RejectedRow.code`):
    line_too_long        a physical line of more than MAX_LINE_BYTES
    bad_encoding         not UTF-8, in the line or in those that its quoted cell runs over
    bad_quoting          a quoted cell without its end before the next row or the end of the file, or something between
                         a closing quote and the comma
    wrong_column_count   more or fewer cells than the header
    cell_too_large       a cell of more than MAX_CELL_BYTES, or a quoted one that does not end within MAX_RECORD_LINES
                         and MAX_RECORD_BYTES
    value_too_long       a text longer than its column takes
    bad_character        a control character; line breaks only in name, category, brand, location and labels
    missing_value        an empty cell that must be filled
    bad_document_type    neither sell nor return
    unreadable_date      not an RFC 3339 time with an offset, or no day of the calendar
    date_too_early       before 1970
    future_purchase      later than `now` and five minutes
    invalid_currency     not three capital letters
    unreadable_number    not a plain number: a sign, an exponent, grouping, other digits than 0–9
    negative_amount      a plain number behind a minus sign
    too_many_decimals    more than the currency has, or more than three in a quantity
    zero_quantity        a quantity of 0
    number_too_large     past the limits of kit.amounts
    bad_category         an empty level, or too many
    bad_labels           not key:value;key:value, a key or value too long, or too many
    bad_flag             neither true nor false
    too_many_lines       more order lines than a document may have
"""

from chalicelib.areas.orders.file.documents import (
    Document,
    Identity,
    IdentityType,
    RejectedRow,
    ReturnRow,
    SaleRow,
    read_documents,
)
from chalicelib.areas.orders.file.faults import Code

__all__ = [
    "Code",
    "Document",
    "Identity",
    "IdentityType",
    "RejectedRow",
    "ReturnRow",
    "SaleRow",
    "read_documents",
]
