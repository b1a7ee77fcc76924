"""Price lists of frame contracts: read, compared, in force by day, counted by orders."""

import io
from dataclasses import replace
from datetime import UTC, date, datetime
from typing import Any

import pytest
from openpyxl import Workbook
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from tests.factories import NOW, landlord_id, make_user, make_viewer
from tests.visits.test_orders_by_hand import Desk
from visits.accounts.accounts import find_organisation
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import OrganisationKind, Role
from visits.models.prices import PriceArticle, PriceList, WorkOrderLine
from visits.models.works import WorkOrderState
from visits.portfolio import NotATable
from visits.sight import Reach
from visits.sight.listing import Wanted
from visits.works.costs import note_estimate
from visits.works.counting import (
    articles_for,
    count_article,
    lines_of,
    lists_for,
    withdraw_line,
)
from visits.works.history import may_take_back, steps_of
from visits.works.moves import MoveSaid, move_work_order
from visits.works.price_files import read_price_file
from visits.works.price_listing import facts_of, list_articles, list_price_lists
from visits.works.price_lists import (
    PricesSaid,
    bring_price_list,
    find_price_list,
    look_at,
    put_price_list_back,
    take_price_list,
    withdraw_price_list,
)

PLUMBER = "Plomberie Lenoir"
FILE = """Bordereau des prix 2026;;;;
Code article;Désignation;Unité;Prix unitaire HT (€);Corps de métier
1;PLOMBERIE;;;
PL-01;Remplacement d’un siphon;U;32,50;Plomberie
PL-02;Tube cuivre;ml;1 234,05 €;plumbing
EL-01;Prise de courant;U;18;
Total;;;3
"""


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def bring(desk: Desk, text: str = FILE, **said: Any) -> PriceList:
    """Bring a list as the technician, of the first of the year."""
    asked = PricesSaid(PLUMBER, date(2026, 1, 1), "0")
    asked = replace(asked, **{name: one for name, one in said.items() if name != "landlord"})
    landlord = said.get("landlord", landlord_id(desk.session))
    data, name = text.encode(), "prix.csv"
    return bring_price_list(desk.session, landlord, asked, data, name, viewer=desk.viewer, now=NOW)


def take(desk: Desk, text: str = FILE, **said: Any) -> PriceList:
    """Bring a list and take it in."""
    prices = bring(desk, text, **said)
    take_price_list(desk.session, prices, viewer=desk.viewer, now=NOW)
    return prices


def count(desk: Desk, code: str, typed: str) -> WorkOrderLine:
    """Count an article for the leak."""
    articles = articles_for(desk.session, desk.leak, text=code, any_trade=True, wanted=Wanted())
    (article,) = articles.rows
    return count_article(desk.session, desk.leak, article.id, typed, viewer=desk.viewer, now=NOW)


def faults(text: str) -> list[tuple[tuple[int, ...], str, str]]:
    """Read a file and give what is wrong with it."""
    found = read_price_file(text.encode(), file_name="prix.csv").faults
    return [(one.lines, one.column, one.why) for one in found]


def lines(*rows: str) -> str:
    """Write a price list with these lines under its headings."""
    return "\n".join(("code;libellé;unité;prix", *rows))


def test_a_file_is_read_with_french_numbers_its_titles_and_totals_left_out_by_name() -> None:
    read = read_price_file(FILE.encode("cp1252"), file_name="prix.csv")
    assert [(one.code, one.unit, one.cents, one.trade) for one in read.articles] == [
        ("PL-01", "U", 3250, "plumbing"),
        ("PL-02", "ml", 123405, "plumbing"),
        ("EL-01", "U", 1800, None),
    ]
    assert not read.faults
    assert read.read["price"] == "Prix unitaire HT (€)"
    assert [line for line, _said in read.left_out] == [1, 3, 7]


def test_a_workbook_is_read_as_well() -> None:
    book, data = Workbook(), io.BytesIO()
    sheet = book.active
    assert sheet is not None
    for row in (("Réf", "Libellé", "Unité", "P.U.", "Note"), ("A 1", "Évier", "U", 12.1, "x")):
        sheet.append(row)
    book.create_sheet("Ancien").append(("A", "B"))
    book.save(data)
    read = read_price_file(data.getvalue(), file_name="prix.xlsx")
    assert [(one.code, one.cents) for one in read.articles] == [("A 1", 1210)]
    assert read.unread == ("Note",)
    assert [(one.name, one.after is not None) for one in read.table.sheets] == [
        ("Sheet", True), ("Ancien", False),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("price", "why"),
    [
        ("-3", "price_not_above_nothing"),
        ("0", "price_not_above_nothing"),
        ("1 000 000,01", "price_too_high"),
        ("12,345", "price_too_fine"),
        ("gratuit", "no_price"),
        ("", "required"),
    ],
)
def test_a_price_that_cannot_be_is_named_with_its_line(price: str, why: str) -> None:
    assert faults(lines("A;Évier;U;12", f"B;Bac;U;{price}")) == [((3,), "price", why)]


def test_an_error_of_the_spreadsheet_is_no_article() -> None:
    text = lines("#REF!;Évier;U;12", "1,23457E+11;Bac;U;3", "C;#N/A;U;1", "D;Vis;U;NULL")
    assert [(at, column) for at, column, why in faults(text) if why == "cell_is_no_value"] == [
        ((2,), "code"), ((3,), "code"), ((4,), "label"), ((5,), "price"),
    ]  # fmt: skip


def test_the_same_article_twice_names_both_lines() -> None:
    text = lines("A 1;Évier;U;12", "B;Bac;U;3", "a1;Évier inox;U;14")
    assert faults(text) == [((2, 4), "code", "article_twice")]


def test_what_lacks_a_code_or_names_no_trade_is_a_fault() -> None:
    text = "code;libellé;unité;prix;métier\n;Évier;U;12;\nB;Bac;U;3;alchimie"
    rest = "\n".join(f"X{number};Vis;U;1;" for number in range(40))
    assert faults(f"{text}\n{rest}\nC;Robinet;U;3;;y") == [
        ((2,), "code", "required"),
        ((3,), "trade", "price_trade_unknown"),
        ((44,), "", "price_line_overflows"),
    ]


@pytest.mark.parametrize(
    ("data", "code"),
    [
        (b"%PDF-1.7 \x00", "not_a_table"),
        (b"", "empty_file"),
        (b"bonjour", "no_header"),
        ("nom;prénom\nMartin;Ève\n".encode(), "price_columns_missing"),
        (b"code;label;unit;price\n" + b"x" * (10 * 1024 * 1024), "price_file_too_big"),
    ],
)
def test_a_file_that_is_none_is_refused(desk: Desk, data: bytes, code: str) -> None:
    said, landlord = PricesSaid(PLUMBER, date(2026, 1, 1), "0"), landlord_id(desk.session)
    with pytest.raises(Invalid) as refused:
        bring_price_list(
            desk.session, landlord, said, data, "prix.csv", viewer=desk.viewer, now=NOW
        )
    assert refused.value.fields == {"file": code}
    assert isinstance(refused.value, NotATable) is not code.startswith("price")


def test_what_is_said_of_a_list_is_refused_field_by_field(desk: Desk) -> None:
    wrong: dict[str, Any] = {
        "contract": ["", "x" * 101],
        "holds_from": [None, date(1999, 1, 1), date(2040, 1, 1)],
        "vat": ["", "-1", "31", "dix", "nan"],
        "landlord": [None],
    }
    for field, values in wrong.items():
        for value in values:
            with pytest.raises(Invalid) as refused:
                bring(desk, **{field: value})
            assert list(refused.value.fields) == [field]
    assert desk.session.scalar(select(func.count(PriceList.id))) == 0


def test_a_list_is_looked_at_before_it_is_taken_in_and_again_beside_the_one_it_follows(
    desk: Desk,
) -> None:
    first = bring(desk)
    assert look_at(desk.session, first).counts == {"new": 3}
    assert lists_for(desk.session, desk.leak) == []
    assert take_price_list(desk.session, first, viewer=desk.viewer, now=NOW) == 3
    with pytest.raises(Conflict) as refused:
        take_price_list(desk.session, first, viewer=desk.viewer, now=NOW)
    assert refused.value.code == "price_list_elsewhere"
    text = lines("pl-01;Siphon;U;35", "EL-01;Prise;U;18", "EL-02;Va-et-vient;U;40")
    second = bring(desk, text, contract=" plomberie  LENOIR ", holds_from=date(2026, 7, 1))
    assert second.contract == PLUMBER
    looked = look_at(desk.session, second)
    assert looked.follows == first
    assert [(one.what, one.code, one.before, one.now) for one in looked.changes] == [
        ("changed", "pl-01", 3250, 3500),
        ("same", "EL-01", 1800, 1800),
        ("new", "EL-02", None, 4000),
        ("gone", "PL-02", 123405, None),
    ]


def test_a_list_with_a_fault_is_not_taken_in_nor_a_second_one_of_the_same_day(desk: Desk) -> None:
    wrong = bring(desk, lines("A;Évier;U;12", "A;Évier;U;13"))
    with pytest.raises(Conflict) as refused:
        take_price_list(desk.session, wrong, viewer=desk.viewer, now=NOW)
    assert refused.value.code == "price_list_has_faults"
    assert desk.session.scalar(select(func.count(PriceArticle.id))) == 0
    take(desk)
    with pytest.raises(Conflict) as refused:
        take(desk)
    assert refused.value.code == "prices_hold_already"


def test_a_list_holds_until_the_next_one_begins_and_an_order_counts_by_that_of_its_day(
    desk: Desk,
) -> None:
    old = take(desk, holds_from=date(2024, 1, 1))
    held = take(desk, lines("PL-01;Siphon;U;50"), holds_from=date(2026, 1, 1))
    to_come = take(desk, lines("PL-01;Siphon;U;60"), holds_from=date(2026, 12, 1))
    today = date(2026, 3, 10)
    facts = facts_of(desk.session, [old, held, to_come], today=today)
    assert [facts[one.id].standing for one in (old, held, to_come)] == [
        "past", "in_force", "to_come",
    ]  # fmt: skip
    assert facts[old.id].next_begins == date(2026, 1, 1)
    for day, prices in ((date(2025, 12, 31), old), (date(2026, 1, 1), held)):
        desk.leak.opened_at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        assert lists_for(desk.session, desk.leak) == [prices]
    desk.leak.opened_at = datetime(2023, 1, 1, 12, tzinfo=UTC)
    assert lists_for(desk.session, desk.leak) == []
    withdraw_price_list(desk.session, held, viewer=desk.viewer, now=NOW)
    assert facts_of(desk.session, [old], today=today)[old.id].standing == "in_force"
    put_price_list_back(desk.session, held)
    facts = facts_of(desk.session, [old, held], today=today)
    assert [facts[one.id].standing for one in (old, held)] == ["past", "in_force"]
    with pytest.raises(Conflict):
        put_price_list_back(desk.session, held)


def test_an_order_is_counted_article_by_article_with_tax_and_a_line_is_withdrawn(
    desk: Desk,
) -> None:
    prices = take(desk, vat="5,5")
    line = count(desk, "PL-01", "2,5")
    # 2.5 × 32.50 € = 81.25 €, and 5.5 % more is 85.71875 €.
    assert line.cents == 8572
    count(desk, "EL-01", "1")
    assert [one.cents for one in lines_of(desk.session, desk.leak)] == [8572, 1899]
    with pytest.raises(Conflict) as refused:
        withdraw_price_list(desk.session, prices, viewer=desk.viewer, now=NOW)
    assert refused.value.code == "price_list_counted"
    for one in lines_of(desk.session, desk.leak):
        withdraw_line(desk.session, desk.leak, one.id, viewer=desk.viewer, now=NOW)
    with pytest.raises(NotFound):
        withdraw_line(desk.session, desk.leak, line.id, viewer=desk.viewer, now=NOW)
    assert lines_of(desk.session, desk.leak) == []
    withdraw_price_list(desk.session, prices, viewer=desk.viewer, now=NOW)
    with pytest.raises(Conflict):
        withdraw_price_list(desk.session, prices, viewer=desk.viewer, now=NOW)
    told = [one.what for one in steps_of(desk.session, desk.leak, desk.viewer)]
    assert sorted(told) == ["counted", "counted", "uncounted", "uncounted"]


def test_counting_undoes_no_step_and_keeps_none_from_being_undone(desk: Desk) -> None:
    take(desk)
    note_estimate(desk.leak, "100", viewer=desk.viewer, now=NOW)
    count(desk, "PL-01", "1")
    desk.session.flush()
    latest = may_take_back(steps_of(desk.session, desk.leak, desk.viewer), desk.viewer)
    assert latest is not None and latest.what == "estimate"


def test_whoever_was_given_an_order_is_not_told_what_it_was_counted_to_come_to(desk: Desk) -> None:
    take(desk)
    firm = find_organisation(desk.session, "Lenoir", OrganisationKind.PARTNER)
    desk.leak.given_to_id, desk.leak.given_at = firm.id, NOW
    count(desk, "PL-01", "1")
    desk.session.flush()
    user = make_user(desk.session, role=Role.CONTRACTOR, organisation_id=firm.id)
    theirs = make_viewer(user, Reach.GIVEN)
    assert len(steps_of(desk.session, desk.leak, desk.viewer)) == 1
    assert steps_of(desk.session, desk.leak, theirs) == []


@pytest.mark.parametrize("typed", ["", "0", "-1", "x", "0,001", "10000,01", "1e3", "nan"])
def test_a_quantity_that_cannot_be_is_refused(desk: Desk, typed: str) -> None:
    take(desk)
    with pytest.raises(Invalid) as refused:
        count(desk, "EL-01", typed)
    assert list(refused.value.fields) == ["quantity"]
    assert lines_of(desk.session, desk.leak) == []


def test_what_comes_to_a_fortune_is_refused_and_so_is_a_closed_order(desk: Desk) -> None:
    take(desk)
    with pytest.raises(Invalid):
        count(desk, "PL-02", "1000")
    line = count(desk, "PL-01", "1")
    move_work_order(
        desk.session,
        desk.leak,
        WorkOrderState.DONE,
        MoveSaid(note="Fait"),
        viewer=desk.viewer,
        now=NOW,
    )
    with pytest.raises(Conflict):
        count(desk, "PL-01", "1")
    with pytest.raises(Conflict):
        withdraw_line(desk.session, desk.leak, line.id, viewer=desk.viewer, now=NOW)


def test_an_article_of_another_landlord_or_of_a_list_not_in_force_is_not_counted(
    desk: Desk,
) -> None:
    other = find_organisation(desk.session, "Autre", OrganisationKind.LANDLORD)
    theirs = take(desk, landlord=other.id)
    later = take(desk, holds_from=date(2027, 1, 1))
    for prices in (theirs, later):
        article = desk.session.scalars(
            select(PriceArticle).where(PriceArticle.list_id == prices.id)
        ).first()
        assert article is not None
        with pytest.raises(NotFound):
            count_article(desk.session, desk.leak, article.id, "1", viewer=desk.viewer, now=NOW)


def test_lists_are_seen_by_those_who_run_the_stock_of_their_landlord(desk: Desk) -> None:
    other = find_organisation(desk.session, "Autre", OrganisationKind.LANDLORD)
    ours, theirs = take(desk), take(desk, landlord=other.id)
    bound = replace(desk.viewer, reach=Reach.LANDLORD, landlord_id=landlord_id(desk.session))
    asked: dict[str, Any] = {
        "state": "", "text": "", "wanted": Wanted(), "today": date(2026, 3, 10),
    }  # fmt: skip
    assert set(list_price_lists(desk.session, desk.viewer, **asked).rows) == {ours, theirs}
    assert list_price_lists(desk.session, bound, **asked).rows == [ours]
    with pytest.raises(NotFound):
        find_price_list(desk.session, theirs.id, viewer=bound)
    desk.viewer = bound
    with pytest.raises(Invalid) as refused:
        bring(desk, landlord=other.id)
    assert refused.value.fields == {"landlord": "bad_choice"}
    with pytest.raises(NotFound):
        find_price_list(desk.session, ours.id, viewer=replace(desk.viewer, reach=Reach.GIVEN))


def test_lists_and_articles_are_searched_filtered_and_sorted(desk: Desk) -> None:
    prices, to_check = take(desk), bring(desk, contract="Électricité", holds_from=date(2026, 2, 1))
    for asked, found in (
        ({"state": "in_force"}, [prices]),
        ({"state": "to_check"}, [to_check]),
        ({"text": "lenoir"}, [prices]),
        ({"text": "electricite"}, [to_check]),
        ({"text": "%"}, []),
    ):
        only: dict[str, Any] = {"state": "", "text": ""} | asked
        listed = list_price_lists(
            desk.session, desk.viewer, wanted=Wanted(), today=date(2026, 3, 10), **only
        )
        assert listed.rows == found

    def codes(text: str = "", trade: str = "", **wanted: Any) -> list[str]:
        listed = list_articles(
            desk.session, prices, text=text, trade=trade, wanted=Wanted(**wanted)
        )
        return [one.code for one in listed.rows]

    assert codes() == ["EL-01", "PL-01", "PL-02"]
    assert codes(sort="price", descending=True) == ["PL-02", "PL-01", "EL-01"]
    assert codes("prise COURANT") == ["EL-01"]
    assert codes(trade="plumbing") == ["PL-01", "PL-02"]
    offered = articles_for(desk.session, desk.lamp, text="", any_trade=False, wanted=Wanted())
    assert [one.code for one in offered.rows] == ["EL-01"]
