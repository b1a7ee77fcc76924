"""Files become tables, or are refused with a reason."""

import csv
import io
import struct
import zipfile
from datetime import date

import openpyxl
import pytest
from odf.opendocument import OpenDocumentSpreadsheet
from odf.table import Table as OdfTable
from odf.table import TableCell as OdfCell
from odf.table import TableRow as OdfRow
from odf.text import P as OdfText

from visits.portfolio import MESSAGES, NotATable, Table, message, read_table
from visits.portfolio import tables as tables_module

HEADINGS = ("Réf. Lgt", "Nom locataire", "Né(e) le", "Ville")
ROWS = (
    ("L00001", "Mme LEROY Hélène", "24/11/1948", "Crépy-en-Valois"),
    ("L00002", "M. PETIT Marcel", "16/7/1954", "Beauvais"),
)


def as_csv(*, separator: str = ";", before: str = "", after: str = "") -> str:
    text = io.StringIO()
    writer = csv.writer(text, delimiter=separator, lineterminator="\r\n")
    writer.writerows([HEADINGS, *ROWS])
    return before + text.getvalue() + after


def read(text: str, encoding: str = "utf-8") -> Table:
    return read_table(text.encode(encoding), file_name="locataires.csv")


def refusal(data: bytes, *, file_name: str = "locataires.csv") -> NotATable:
    with pytest.raises(NotATable) as caught:
        read_table(data, file_name=file_name)
    assert caught.value.fields == {"file": caught.value.code}
    for language in ("fr", "en"):
        assert caught.value.code in MESSAGES
        assert "{" not in message(caught.value.code, language, **caught.value.details)
    return caught.value


@pytest.mark.parametrize("separator", [";", ",", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1252", "utf-16", "utf-16-le"])
def test_a_csv_is_read_whatever_its_encoding_and_separator(separator: str, encoding: str) -> None:
    table = read(as_csv(separator=separator), encoding)
    assert (table.headings, tuple(row.cells for row in table.rows)) == (HEADINGS, ROWS)
    assert table.separator == separator
    assert table.header_line == 1


def test_what_only_latin_1_can_read_is_read() -> None:
    table = read_table(as_csv().encode("latin-1") + b"L3;\x81\x8d;;\r\n", file_name="a.csv")
    assert (table.encoding, len(table.rows)) == ("latin-1", 3)


def test_titles_blank_lines_totals_and_footers_are_no_data() -> None:
    before = "Édition du 01/09/2026;;;\r\nOFFICE - Liste des locataires;;;\r\n\r\n"
    after = ";;;\r\nTotal;2;;\r\nPage 1 sur 1;;;\r\n"
    table = read(as_csv(before=before, after=after), "cp1252")
    assert [(skip.line_number, skip.reason) for skip in table.skipped] == [
        (1, "title"), (2, "title"), (3, "blank"), (4, "heading"), (7, "blank"), (8, "total"),
        (9, "footer"),
    ]  # fmt: skip
    assert (table.header_line, table.blank_lines) == (4, 2)
    assert [row.line_number for row in table.rows] == [5, 6]


def test_a_header_repeated_on_each_page_is_no_data() -> None:
    table = read(as_csv(after=";".join(HEADINGS) + "\r\nL3;X Y;01/01/1940;Creil\r\n"))
    assert [skip.reason for skip in table.skipped] == ["heading", "header"]
    assert len(table.rows) == 3


def test_cells_lose_formula_dress_no_break_spaces_and_trailing_columns() -> None:
    table = read('Réf;Nom;Ville;;\n="L04574";  DUMAS \u00a0 Michel ;Creil\u00a0;;\n')
    assert table.headings == ("Réf", "Nom", "Ville")
    assert table.rows[0].cells == ("L04574", "DUMAS Michel", "Creil")


def test_a_quoted_separator_and_line_break_stay_in_their_cell() -> None:
    table = read('Nom;Adresse;Ville\nA;"7 Rue X; Bât B";Creil\nB;"8\nRue Y";Creil\nC;9;Creil\n')
    assert [row.cells[1] for row in table.rows] == ["7 Rue X; Bât B", "8 Rue Y", "9"]
    assert [row.line_number for row in table.rows] == [2, 3, 5]


def test_a_line_with_too_many_cells_says_so() -> None:
    table = read("Nom;Adresse;Ville\nA;7 Rue X; Bât B;Creil\nB;8;Creil\n")
    assert [row.overflows for row in table.rows] == [True, False]


def test_short_lines_are_padded() -> None:
    assert read("Nom;Adresse;Ville\nA\n").rows[0].cells == ("A", "", "")


def test_a_header_of_unknown_words_is_found_all_the_same() -> None:
    table = read("Titre de la liste;;\nChose;Machin;Truc\n1;2;3\n")
    assert table.headings == ("Chose", "Machin", "Truc")


def workbook(rows: list[list[object]], *, first: list[list[object]] | None = None) -> bytes:
    book = openpyxl.Workbook()
    sheet = book.active
    if first is not None:
        for row in first:
            sheet.append(row)
        sheet = book.create_sheet("Liste")
    for row in rows:
        sheet.append(row)
    file = io.BytesIO()
    book.save(file)
    return file.getvalue()


TYPED: list[list[object]] = [
    ["Liste des locataires"],
    [],
    ["Réf. Lgt", "Nom locataire", "Né(e) le", "CP", "Surface", "Ascenseur"],
    ["L1", "Mme LEROY Hélène", date(1948, 11, 24), 60100, 68.7, True],
    ["L2", None, None, "01200", 70.0, False],
]
TYPED_CELLS = [
    ("L1", "Mme LEROY Hélène", "1948-11-24", "60100", "68.7", "1"),
    ("L2", "", "", "01200", "70", "0"),
]


def test_an_xlsx_is_read_with_its_dates_and_numbers() -> None:
    table = read_table(workbook(TYPED), file_name="a.xlsx")
    assert [row.cells for row in table.rows] == TYPED_CELLS
    assert (table.header_line, table.rows[0].line_number, table.encoding) == (3, 4, "")


def test_an_error_in_a_workbook_is_read_as_it_shows() -> None:
    rows = [["Référence", "Nom", "Sorti le"], ["L-1", "#N/A", "#REF!"], ["e", "Martin", None]]
    table = read_table(workbook(rows), file_name="a.xlsx")
    assert [row.cells for row in table.rows] == [("L-1", "#N/A", "#REF!"), ("e", "Martin", "")]


def test_the_first_sheet_that_holds_a_table_is_read() -> None:
    data = workbook(TYPED, first=[["Notice"], ["À lire avant"]])
    assert [row.cells for row in read_table(data, file_name="a.xlsx").rows] == TYPED_CELLS


def open_document(rows: list[list[object]], *, repeat_last: int = 1) -> bytes:
    document, sheet = OpenDocumentSpreadsheet(), OdfTable(name="Liste")
    for row in rows:
        line = OdfRow()
        for cell in row:
            line.addElement(_odf_cell(cell))
        sheet.addElement(line)
    empty = OdfRow(numberrowsrepeated=1_048_000)
    empty.addElement(OdfCell(numbercolumnsrepeated=16_384))
    sheet.addElement(empty)
    if repeat_last > 1:
        line = OdfRow(numberrowsrepeated=repeat_last)
        line.addElement(_odf_cell("encore"))
        sheet.addElement(line)
    document.spreadsheet.addElement(sheet)
    file = io.BytesIO()
    document.save(file)
    return file.getvalue()


def _odf_cell(value: object) -> OdfCell:
    if value is None:
        return OdfCell()
    if isinstance(value, bool):
        return OdfCell(valuetype="boolean", booleanvalue="true" if value else "false")
    if isinstance(value, date):
        return OdfCell(valuetype="date", datevalue=value.isoformat())
    if isinstance(value, int | float):
        return OdfCell(valuetype="float", value=value)
    cell = OdfCell(valuetype="string")
    cell.addElement(OdfText(text=str(value)))
    return cell


def test_an_ods_is_read_with_its_dates_and_numbers() -> None:
    table = read_table(open_document(TYPED), file_name="a.ods")
    assert [row.cells for row in table.rows] == TYPED_CELLS
    assert (table.header_line, table.rows[0].line_number) == (3, 4)


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"", "empty_file"),
        (b" \r\n\r\n", "empty_file"),
        (b"%PDF-1.7\n%\xe2\xe3", "not_a_table"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "not_a_table"),
        (b"\xff\xd8\xff\xe0\x00\x10JFIF", "not_a_table"),
        (b"\x1f\x8b\x08\x00", "not_a_table"),
        (b"<html><body><table><tr><td>Nom</td></tr></table>", "not_a_table"),
        (b"\xef\xbb\xbf<!DOCTYPE html><p>", "not_a_table"),
        (bytes(range(256)) * 40, "not_a_table"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old_excel"),
        (b"PK\x03\x04 and nothing else", "damaged_workbook"),
        (b"Bonjour\nVoici la liste.\nCordialement\n", "no_header"),
        (b"nom;prenom;ville\n", "no_rows"),
        (b"nom;ville\n" + b"a;b\n" * 200_050, "too_many_rows"),
        (b"nom;ville\n" + b"1;" * 200 + b"\n", "too_many_columns"),
        (b"nom;ville\n" + b"x" * 400_000 + b";y\n", "not_a_table"),
    ],
)
def test_what_is_no_table_is_refused_with_its_reason(data: bytes, code: str) -> None:
    assert refusal(data).code == code


def test_a_file_over_the_limit_is_refused_before_it_is_read(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(tables_module, "MAX_BYTES", 1_048_576)
    assert refusal(b"nom;ville\n" + b"a;b\n" * 300_000).details == {"limit_mb": 1}


def test_a_workbook_behind_a_password_is_told_from_an_old_one() -> None:
    assert refusal(b"\xd0\xcf\x11\xe0 rest", file_name="a.xlsx").code == "encrypted_workbook"


def packed(parts: dict[str, bytes]) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return file.getvalue()


def with_sheet(xml: bytes) -> bytes:
    with zipfile.ZipFile(io.BytesIO(workbook(TYPED))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    return packed(parts | {"xl/worksheets/sheet1.xml": xml})


def sheet_xml(cells: bytes) -> bytes:
    space = b"http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return b'<worksheet xmlns="%s"><sheetData>%s</sheetData></worksheet>' % (space, cells)


def test_a_zip_of_something_else_is_refused() -> None:
    assert refusal(packed({"photo.jpg": b"\xff\xd8"})).code == "not_a_table"


def test_a_zip_bomb_is_refused_before_it_is_unpacked() -> None:
    bomb = with_sheet(b" " * 60_000_000)
    assert len(bomb) < 200_000
    assert refusal(bomb, file_name="bomb.xlsx").code == "unpacks_too_big"


def test_a_zip_that_lies_about_its_sizes_unpacks_no_more_than_it_says() -> None:
    bomb = bytearray(with_sheet(b" " * 5_000_000))
    for at in range(len(bomb) - 4):
        if bomb[at : at + 4] == struct.pack("<I", 5_000_000):
            bomb[at : at + 4] = struct.pack("<I", 1_000)
    assert refusal(bytes(bomb), file_name="bomb.xlsx").code == "damaged_workbook"


@pytest.mark.parametrize(
    ("cells", "code"),
    [
        (b'<row r="900000"><c r="A900000"><v>1</v></c></row>', "too_many_rows"),
        (b'<row r="1"><c r="XFD1"><v>1</v></c></row>', "too_many_columns"),
        (
            b'<row r="1"><c r="KA1"><v>1</v></c></row>'
            b'<row r="190000"><c r="A190000"><v>1</v></c></row>',
            "too_many_cells",
        ),
        (b'<row r="1"><c r="XFD9" x="/>"><!-- --><v>1</v></c></row>', "too_many_columns"),
        (b'<row r="999999"><c><v>1</v></c></row>', "too_many_rows"),
        (b"<row>" + b"<c><v>1</v></c>" * 400 + b"</row>", "too_many_columns"),
    ],
)
def test_a_sheet_with_a_far_corner_is_refused_before_a_grid_is_made(
    cells: bytes, code: str
) -> None:
    assert refusal(with_sheet(sheet_xml(cells)), file_name="a.xlsx").code == code


def test_a_sheet_formatted_to_its_last_row_is_read() -> None:
    cells = (
        b'<row r="1"><c r="A1" t="inlineStr"><is><t>Nom</t></is></c>'
        b'<c r="B1" t="inlineStr"><is><t>Ville</t></is></c></row>'
        b'<row r="2"><c r="A2"><v>1</v></c><c r="B2"><v>2</v></c></row>'
        b'<row r="1048576"><c r="A1048576" s="1"/></row>'
    )
    table = read_table(with_sheet(sheet_xml(cells)), file_name="a.xlsx")
    assert [row.cells for row in table.rows] == [("1", "2")]


def test_an_ods_that_repeats_a_line_for_ever_is_refused() -> None:
    assert refusal(open_document(TYPED, repeat_last=100_000_000)).code == "too_many_rows"


def test_an_ods_with_entities_that_grow_is_refused() -> None:
    entities = b"".join(
        b'<!ENTITY %c "%s">' % (97 + at, b"&%c;" % (96 + at) * 10 if at else b"x" * 50)
        for at in range(10)
    )
    xml = b"<?xml version='1.0'?><!DOCTYPE z [" + entities + b"]><z>&j;</z>"
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w", zipfile.ZIP_STORED) as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr("content.xml", xml)
    assert refusal(file.getvalue(), file_name="a.ods").code in ("damaged_workbook", "no_header")


def test_bytes_changed_on_the_way_never_do_worse_than_refuse() -> None:
    whole = workbook(TYPED)
    for at in range(0, len(whole), 37):
        broken = whole[:at] + bytes([whole[at] ^ 0xFF]) + whole[at + 1 :]
        try:
            read_table(broken, file_name="a.xlsx")
        except NotATable as refused:
            assert refused.code in MESSAGES
