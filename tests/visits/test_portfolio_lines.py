"""Every line of a file is accounted for: read, merged, left out or refused."""

import csv
import io
from collections.abc import Iterable

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from tests.factories import landlord_id
from tests.visits.portfolio_files import NOW, load
from visits.portfolio import (
    Fate,
    ImportPlan,
    NotATable,
    Parts,
    Table,
    examine,
    lines_csv,
    propose_mapping,
    raw_records,
    read_table,
)

HEADINGS = "Logement;Nom;Prénom;Date de naissance;Adresse;CP;Ville"


def line(number: int, *, name: str = "DURAND", first_name: str = "Anne") -> str:
    born = f"12/03/{1930 + number % 20}"
    return f"Q-{number};{name};{first_name}{number};{born};{number} rue Haute;60000;Beauvais"


def file_of(*lines: str) -> bytes:
    return "\r\n".join([HEADINGS, *lines, ""]).encode()


def examined(session: Session, data: bytes, **parts: object) -> tuple[Table, ImportPlan]:
    table = read_table(data, file_name="f.csv", parts=Parts(**parts))  # type: ignore[arg-type]
    landlord = landlord_id(session)
    proposal = propose_mapping(session, table, landlord_id=landlord)
    plan = examine(
        session, landlord_id=landlord, table=table, kind=proposal.kind, mapping=proposal.mapping,
        now=NOW,
    )  # fmt: skip
    return table, plan


def refused(plan: ImportPlan) -> list[tuple[int, str, str]]:
    return [(one.line, one.heading, one.code) for one in plan.refusals]


def given_back(session: Session, data: bytes, only: Fate | None = None) -> str:
    table, plan = examined(session, data)
    records = raw_records(data, table=table)
    return lines_csv(table, records, plan.account, language="fr", only=only)


def rows_of(text: str) -> list[list[str]]:
    return list(csv.reader(io.StringIO(text.removeprefix("\ufeff")), delimiter=";"))


def test_a_quote_that_is_never_closed_costs_its_own_line_only(session: Session) -> None:
    lines = [line(number) for number in range(2, 9)]
    lines[2] = line(4, name='"LEROY')
    _table, plan = examined(session, file_of(*lines))
    assert refused(plan) == [(4, "Nom", "open_quote")]
    assert plan.account.sums == {"read": 6, "merged": 0, "left_out": 1, "refused": 1, "lines": 8}


def test_a_quote_that_the_next_quoted_cell_seems_to_close_costs_its_own_line_only(
    session: Session,
) -> None:
    lines = [line(number) for number in range(2, 9)]
    lines[1] = line(3, name='"LEROY')
    lines[4] = line(6, name='"ROSE"')
    _table, plan = examined(session, file_of(*lines))
    assert refused(plan) == [(3, "Nom", "open_quote")]
    assert plan.account.sums["read"] == 6


def test_a_quote_that_the_end_of_a_line_seems_to_close_costs_its_own_line_only(
    session: Session,
) -> None:
    lines = [line(number) for number in range(2, 7)]
    lines[0] = line(2, name='"LEROY')
    lines[3] += '"'
    _table, plan = examined(session, file_of(*lines))
    assert refused(plan) == [(2, "Nom", "open_quote")]
    assert plan.account.sums["read"] == 4


def test_a_cell_over_several_lines_is_one_line_merged_with_the_others(session: Session) -> None:
    whole = 'Q-2;DURAND;Anne;12/03/1940;"2 rue Haute\r\nBât B\r\nporte 3";60000;Beauvais'
    _table, plan = examined(session, file_of(whole, line(3)))
    assert plan.account.sums == {"read": 2, "merged": 2, "left_out": 1, "refused": 0, "lines": 5}
    assert [plan.account.reasons[at][0].details["line"] for at in (3, 4)] == ["2", "2"]


def test_blank_total_title_and_footer_lines_are_told_with_their_reason(session: Session) -> None:
    text = f"Liste des locataires\r\n\r\n{HEADINGS}\r\n{line(4)}\r\n\r\nTotal;1\r\nPage 1 sur 1\r\n"
    _table, plan = examined(session, text.encode())
    assert [(at, found[0].code) for at, found in sorted(plan.account.reasons.items())] == [
        (1, "skipped_title"), (2, "skipped_blank"), (3, "skipped_heading"), (5, "skipped_blank"),
        (6, "skipped_total"), (7, "skipped_footer"),
    ]  # fmt: skip
    assert plan.account.sums == {"read": 1, "merged": 0, "left_out": 6, "refused": 0, "lines": 7}


def test_a_line_that_repeats_another_is_merged_with_it(session: Session) -> None:
    _table, plan = examined(session, file_of(line(2), line(2)))
    assert plan.account.fates[3] is Fate.MERGED
    assert plan.account.reasons[3][0].details["line"] == "2"


CELLS = st.text(alphabet="ab\";\n\r' 1=é", max_size=6)


@given(st.lists(st.lists(CELLS, max_size=9), max_size=12))
def test_whatever_stands_in_a_file_its_lines_sum_up(rows: list[list[str]]) -> None:
    data = file_of(line(2), *(";".join(row) for row in rows), line(99))
    table = read_table(data, file_name="f.csv")
    told = {row.line_number for row in table.rows}
    told |= {skip.line_number for skip in table.skipped} | set(table.continued)
    assert len(told) == len(table.rows) + len(table.skipped) + len(table.continued)
    assert told == set(range(1, table.lines + 1))
    breaks = data.decode().replace("\r\n", "\n").replace("\r", "\n").count("\n")
    assert table.lines == breaks
    assert table.rows[0].cells[0] == "Q-2"
    assert "Q-99" in {row.cells[0] for row in table.rows}


def test_a_file_given_back_has_each_line_as_it_was_with_its_fate_and_reason(
    session: Session,
) -> None:
    data = file_of(line(2), line(3).replace("12/03", "31/02"), "", line(2))
    rows = rows_of(given_back(session, data))
    assert [row[:7] for row in rows[1:3]] == [line(2).split(";"), rows[2][:7]]
    assert [row[7:9] for row in rows[1:]] == [
        ["2", "lue"], ["3", "refusée"], ["4", "laissée de côté"], ["5", "réunie"],
    ]  # fmt: skip
    assert "ce jour n’existe pas" in rows[2][9]


def test_a_file_given_back_says_the_same_when_it_is_read_again(session: Session) -> None:
    title = "Liste des locataires au 1er mars\r\n"
    lines = [line(4), line(5).replace("12/03", "31/02"), "", line(4), "Total;4", line(8) + ";x"]
    data = (title + HEADINGS + "\r\n" + "\r\n".join(lines) + "\r\n").encode()
    _table, plan = examined(session, data)
    again, second = examined(session, given_back(session, data).encode())
    assert second.account.sums == plan.account.sums
    assert [h for h in again.headings if h] == HEADINGS.split(";")
    assert refused(second) == refused(plan)


def test_refused_lines_given_back_come_in_once_they_are_corrected(session: Session) -> None:
    data = file_of(line(2), line(3).replace("12/03", "31/02"), line(4, name='"LEROY'))
    text = given_back(session, data, Fate.REFUSED).replace("31/02", "28/02")
    load(session, data.decode())
    _table, plan = examined(session, text.encode())
    assert refused(plan) == []
    assert plan.counts["persons"]["new"] == 2


def test_a_cell_given_back_is_no_formula_and_is_read_as_it_was(session: Session) -> None:
    data = file_of(line(2).replace("2 rue Haute", "-2 rue Haute").replace("Anne2", "=1+1"))
    text = given_back(session, data)
    assert ";=1+1" not in text
    again, _plan = examined(session, text.encode())
    assert again.rows[0].cells[2:5:2] == ("=1+1", "-2 rue Haute")


# Sheets.


def workbook(**sheets: Iterable[str]) -> openpyxl.Workbook:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in sheets.items():
        sheet = book.create_sheet(name)
        for text in [HEADINGS, *lines]:
            sheet.append(text.split(";"))
    return book


def saved(book: openpyxl.Workbook) -> bytes:
    data = io.BytesIO()
    book.save(data)
    return data.getvalue()


def test_the_sheet_that_is_read_is_named_and_the_others_are_offered(session: Session) -> None:
    data = saved(workbook(Nord=[line(2), line(3)], Sud=[line(4)]))
    table, plan = examined(session, data)
    assert [(s.name, s.lines, s.after is not None) for s in table.sheets] == [
        ("Nord", 3, True), ("Sud", 2, False),
    ]  # fmt: skip
    assert plan.account.sums["lines"] == 3


def test_all_sheets_of_an_agency_each_are_read_below_one_another(session: Session) -> None:
    data = saved(workbook(Nord=[line(2), line(3)], Sud=[line(2), line(5).replace("12/", "99/")]))
    table, plan = examined(session, data, sheets=("Nord", "Sud"))
    assert plan.account.sums == {"read": 2, "merged": 1, "left_out": 2, "refused": 1, "lines": 6}
    assert [table.place(one.line) for one in plan.refusals] == ["Sud · 3"]
    merged = next(one for one in plan.warnings if one.code == "duplicate_line")
    assert (merged.place, merged.details["line"]) == ("Sud · 2", "Nord · 2")
    assert plan.account.reasons[merged.line] == [merged]


def test_a_sheet_whose_columns_stand_in_another_order_is_put_right(session: Session) -> None:
    book = workbook(Nord=[line(2)])
    other = book.create_sheet("Sud")
    for text in (HEADINGS, line(3)):
        other.append(text.split(";")[::-1])
    table, _plan = examined(session, saved(book), sheets=("Nord", "Sud"))
    assert table.rows[1].cells == tuple(line(3).split(";"))


def test_sheets_whose_columns_stand_in_another_order_are_given_back_under_the_first(
    session: Session,
) -> None:
    book = workbook(Nord=[line(2)])
    other = book.create_sheet("Sud")
    other.append(["Agence Sud"])
    for text in (HEADINGS.upper(), line(3), line(5).replace("12/", "99/")):
        other.append(text.split(";")[::-1])
    data = saved(book)
    table, plan = examined(session, data, sheets=("Nord", "Sud"))
    given = lines_csv(table, raw_records(data, table=table), plan.account, language="fr")
    again, plan_again = examined(session, given.encode())
    assert [row.cells for row in again.rows] == [row.cells for row in table.rows]
    assert plan_again.account.sums == plan.account.sums
    assert [one.value for one in plan_again.refusals] == [one.value for one in plan.refusals]


def test_a_title_above_says_whose_a_column_is_in_the_lines_given_back_too(
    session: Session,
) -> None:
    titles = ";Locataire;;Garant;;;\nLogement;Nom;Prénom;Nom;Prénom;Tél;Adresse\n"
    data = f"{titles}Q-1;DURAND;Anne;LOIN;Zoé;0612345678;\nQ-2;#N/A;Luc;;;;\n".encode()
    table, plan = examined(session, data)
    assert table.headings[3:] == ("Nom (Garant)", "Prénom (Garant)", "Tél (Garant)", "Adresse")
    assert plan.counts["persons"]["new"] == 1
    text = given_back(session, data, Fate.REFUSED)
    assert read_table(text.encode(), file_name="f.csv").headings == table.headings


def test_sheets_with_other_columns_are_not_read_together() -> None:
    book = workbook(Nord=[line(2)])
    other = book.create_sheet("Immeubles")
    for cells in (["Code immeuble", "Adresse", "Ascenseur"], ["B1", "1 rue Haute", "oui"]):
        other.append(cells)
    with pytest.raises(NotATable) as refusal:
        read_table(saved(book), file_name="f.xlsx", parts=Parts(sheets=("Nord", "Immeubles")))
    assert refusal.value.code == "sheets_differ"


def test_a_workbook_of_more_sheets_than_are_read_is_refused_whole() -> None:
    book = workbook(**{f"Agence {number}": [line(number)] for number in range(1, 42)})
    with pytest.raises(NotATable) as refusal:
        read_table(saved(book), file_name="f.xlsx")
    assert refusal.value.code == "too_many_sheets"


def test_a_hidden_sheet_is_never_read_by_itself(session: Session) -> None:
    book = workbook(Vieux=[line(2)], Jour=[line(3)])
    book["Vieux"].sheet_state = "hidden"
    table, _plan = examined(session, saved(book))
    assert table.rows[0].cells[0] == "Q-3"
    assert [(sheet.name, sheet.hidden) for sheet in table.sheets] == [
        ("Vieux", True), ("Jour", False),
    ]  # fmt: skip
    table, _plan = examined(session, saved(book), sheets=("Vieux",))
    assert table.rows[0].cells[0] == "Q-2"


def test_masked_lines_are_told_and_left_out_when_that_is_chosen(session: Session) -> None:
    book = workbook(Nord=[line(2), line(3)])
    book["Nord"].row_dimensions[3].hidden = True
    table, plan = examined(session, saved(book))
    assert table.sheets[0].masked == 1
    assert plan.account.sums["read"] == 2
    _table, plan = examined(session, saved(book), masked=False)
    assert plan.account.reasons[3][0].code == "skipped_masked"
    assert plan.account.sums == {"read": 1, "merged": 0, "left_out": 2, "refused": 0, "lines": 3}
