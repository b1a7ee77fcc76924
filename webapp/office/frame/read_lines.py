"""A file that somebody brought, given back line by line with what becomes of each."""

from collections.abc import Iterator, Mapping, Sequence

from visits.portfolio import Table, message, raw_records
from webapp.frame.languages import current_language


def lines_told(
    data: bytes, table: Table, told: Mapping[int, Sequence[str]]
) -> Iterator[Sequence[object]]:
    """Give the rows of a file as they stand, each with its number and what is told of it.

    What stands to the right says nothing when the file is brought again. Titles and totals say
    what they were taken for.
    """
    language, records = current_language(), list(raw_records(data, table=table))
    width = max(len(table.headings), *(len(one.cells) for one in records))
    skipped = {
        one.line_number: [message(f"skipped_{one.reason}", language)] for one in table.skipped
    }
    for record in records:
        said = [*skipped.get(record.line, ()), *told.get(record.line, ())]
        ours: Sequence[object] = (record.line, " ; ".join(said))
        if record.line == table.header_line:
            ours = [message(f"column_{name}", language) for name in ("line", "reason")]
        yield *record.cells, *[""] * (width - len(record.cells)), *ours
