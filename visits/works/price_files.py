"""The file of a price list as articles: what cannot be one is named with its line, nothing lost."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from diagnostics.codes import TRADES
from visits.ground.errors import Invalid
from visits.ground.folding import fold
from visits.portfolio.headings import find_columns, unread_headings
from visits.portfolio.tables import Table, TableRow, read_table
from visits.portfolio.values import BadValue, is_no_value, read_number
from visits.works.costs import MOST_CENTS

MOST_ARTICLES = 20_000
MOST_BYTES = 10 * 1024 * 1024
# The columns of a price list with what their headings may be called, folded.
HEADINGS: Mapping[str, frozenset[str]] = {
    "code": frozenset(
        {"code", "code article", "article", "no article", "n article", "numero", "n", "no",
         "numero article", "reference", "ref", "reference article", "n prix", "numero de prix",
         "no prix", "code prix"}
    ),
    "label": frozenset(
        {"libelle", "designation", "description", "intitule", "label", "libelle article",
         "prestation", "designation des ouvrages", "nature des travaux", "nature"}
    ),
    "unit": frozenset({"unite", "u", "un", "unit", "unites", "unite de mesure", "ut"}),
    "price": frozenset(
        {"prix", "prix unitaire", "pu", "p u", "tarif", "price", "unit price", "montant",
         "prix unit", "tarif unitaire", "montant unitaire"}
    ),
    "trade": frozenset(
        {"corps d etat", "corps de metier", "metier", "trade", "corps etat", "corps detat"}
    ),
}  # fmt: skip
NEEDED = ("code", "label", "unit", "price")
LENGTHS = {"code": 60, "label": 500, "unit": 30}
_TRADES = {
    fold(one): code for code, name in TRADES.items() for one in (code, name.fr, name.en)
}  # fmt: skip


@dataclass(frozen=True)
class Article:
    """A line of the file that is an article; `cents` is the price of one unit as it stands."""

    line: int
    code: str
    label: str
    unit: str
    cents: int
    trade: str | None = None

    @property
    def key(self) -> str:
        """Give the code as it is compared."""
        return code_key(self.code)


@dataclass(frozen=True)
class Fault:
    """What cannot be taken in: on which lines, in which column, why (a code), and what it says."""

    lines: tuple[int, ...]
    column: str
    why: str
    text: str = ""


@dataclass(frozen=True)
class PriceFile:
    """What a file holds: `left_out` are lines that are no article, `unread` columns that are none.

    `left_out` gives the number of each line with what it says; `table` is where all of it stood.
    """

    table: Table
    articles: tuple[Article, ...]
    faults: tuple[Fault, ...]
    left_out: tuple[tuple[int, str], ...]
    read: Mapping[str, str] = field(default_factory=dict)
    unread: tuple[str, ...] = ()


def code_key(code: str) -> str:
    """Give a code as it is compared: no case, no spaces."""
    return "".join(code.split()).casefold()[: LENGTHS["code"]]


def read_price_file(data: bytes, *, file_name: str) -> PriceFile:
    """Read a CSV, XLSX or ODS file as a price list.

    Raises NotATable for what is none, Invalid for one that lacks a column or is too big.
    """
    if len(data) > MOST_BYTES:
        raise Invalid({"file": "price_file_too_big"})
    table = read_table(data, file_name=file_name)
    columns = find_columns(table.headings, HEADINGS)
    if not columns.keys() >= set(NEEDED):
        raise Invalid({"file": "price_columns_missing"})
    if len(table.rows) > MOST_ARTICLES:
        raise Invalid({"file": "price_file_too_big"})
    found = [_read(row, columns) for row in table.rows]
    articles = [one for one in found if isinstance(one, Article)]
    twice = _twice(articles)
    faults = [fault for one in found if isinstance(one, list) for fault in one]
    return PriceFile(
        table=table,
        articles=tuple(articles),
        faults=tuple(sorted([*faults, *twice], key=lambda one: one.lines)),
        left_out=_left_out(table, found),
        read={name: table.headings[at] for name, at in columns.items()},
        unread=unread_headings(table.headings, columns),
    )


def _read(row: TableRow, columns: Mapping[str, int]) -> Article | list[Fault] | str:
    """Read a line: an article, what is wrong with it, or the words of a title."""
    said = {name: " ".join(row.cells[at].split()) for name, at in columns.items()}
    if row.broken is not None or row.overflows:
        why = "price_line_overflows" if row.broken is None else "price_line_broken"
        return [Fault((row.line_number,), "", why)]
    if not said["unit"] and not said["price"]:
        return " ".join(cell for cell in row.cells if cell)[:200]
    faults = {name: "required" for name in NEEDED if not said[name]}
    faults |= {name: "cell_is_no_value" for name, one in said.items() if is_no_value(one)}
    faults |= {name: "too_long" for name, length in LENGTHS.items() if len(said[name]) > length}
    trade = _TRADES.get(fold(said.get("trade", "")))
    if said.get("trade") and trade is None:
        faults.setdefault("trade", "price_trade_unknown")
    cents = 0
    if "price" not in faults:
        try:
            cents = _price(said["price"])
        except BadValue as bad:
            faults["price"] = bad.code
    if faults:
        return [Fault((row.line_number,), name, why, said[name]) for name, why in faults.items()]
    return Article(row.line_number, said["code"], said["label"], said["unit"], cents, trade)


def _price(text: str) -> int:
    """Read the price of one unit as cents: 1 234,50 €. Raises BadValue."""
    try:
        cents = read_number(text) * 100
    except BadValue:
        raise BadValue("no_price") from None
    if cents <= 0:
        raise BadValue("price_not_above_nothing")
    if cents > MOST_CENTS:
        raise BadValue("price_too_high")
    if abs(cents - round(cents)) > 1e-4:
        raise BadValue("price_too_fine")
    return round(cents)


def _twice(articles: Iterable[Article]) -> list[Fault]:
    """Name the articles that stand on several lines, with all of these."""
    lines: defaultdict[str, list[Article]] = defaultdict(list)
    for one in articles:
        lines[one.key].append(one)
    return [
        Fault(tuple(one.line for one in same), "code", "article_twice", same[0].code)
        for same in lines.values()
        if len(same) > 1
    ]


def _left_out(
    table: Table, found: Iterable[Article | list[Fault] | str]
) -> tuple[tuple[int, str], ...]:
    """List the lines that hold no article: titles, totals, what stands above the headings."""
    rows = zip(table.rows, found, strict=True)
    titles = [(row.line_number, one) for row, one in rows if isinstance(one, str)]
    skipped = [
        (one.line_number, one.text)
        for one in table.skipped
        if one.reason not in ("blank", "heading")
    ]
    return tuple(sorted([*titles, *skipped]))
