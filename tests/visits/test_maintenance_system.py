"""The landlord's own maintenance system: what it is told of orders, what it answers."""

import io
from datetime import date, datetime, timedelta

import pytest
from openpyxl import Workbook
from sqlalchemy.orm import Session

from tests.factories import NOW, make_dwelling, make_person, make_user, make_viewer
from tests.visits.test_orders_by_hand import LEAK, Desk
from visits.accounts.accounts import find_territory
from visits.ground.errors import Conflict, Invalid, NotFound
from visits.models.accounts import Role
from visits.models.exchanges import AnswerFile, AnswerLine
from visits.models.works import WorkOrder, WorkOrderState
from visits.people.protection import protect
from visits.sight import Viewer
from visits.sight.listing import Wanted
from visits.works.answer_files import read_answers_file
from visits.works.exchanges import (
    apply_answers,
    bring_answers,
    find_answers,
    let_answers_go,
    list_answer_files,
    list_answer_lines,
    look_at_answers,
    their_reference,
    undo_answers,
)
from visits.works.history import steps_of
from visits.works.moves import MoveSaid, move_work_order
from visits.works.told_outside import COLUMNS, orders_to_tell, told_of

HEAD = "Référence;Réf. externe;GMAO;État;Date prévue;Heure;Réalisé le;Coût;Motif"


@pytest.fixture
def desk(session: Session, now: datetime) -> Desk:
    return Desk(session, now)


def bring(desk: Desk, *rows: str, viewer: Viewer | None = None) -> AnswerFile:
    """Bring a file of answers; a row is all but the order of which it speaks, after it."""
    data = "\n".join((HEAD, *rows)).encode()
    return bring_answers(desk.session, data, "reponses.csv", viewer=viewer or desk.viewer, now=NOW)


def row(order: WorkOrder | str, said: str) -> str:
    """Write a line on an order: GMAO;state;planned;hour;done;cost;reason."""
    reference = order if isinstance(order, str) else order.reference
    return f"{reference};;{said}"


def apply(desk: Desk, *rows: str) -> AnswerFile:
    """Bring a file and apply it."""
    file = bring(desk, *rows)
    apply_answers(desk.session, file, viewer=desk.viewer, now=NOW)
    return file


def lines(desk: Desk, file: AnswerFile, viewer: Viewer | None = None) -> list[AnswerLine]:
    """List the lines of a file that was applied."""
    listed = list_answer_lines(
        desk.session, file, viewer or desk.viewer, outcome="", wanted=Wanted(sort="line")
    )
    return list(listed.rows)


def judged(desk: Desk, said: str, order: WorkOrder | str | None = None) -> tuple[str, str, str]:
    """Look at a file of one line, on the leak if nothing else is said."""
    file = bring(desk, row(order or desk.leak, said))
    (one,) = look_at_answers(desk.session, file, viewer=desk.viewer, now=NOW).judged
    return one.outcome, one.why, one.field


def told(desk: Desk, since: date | None = None) -> list[WorkOrder]:
    """List the orders that the system is told."""
    wanted = Wanted(sort="opened")
    return list(orders_to_tell(desk.session, desk.viewer, since=since, wanted=wanted).rows)


def test_an_order_is_told_without_who_lives_there_or_how_to_get_in(desk: Desk) -> None:
    resident = make_person(desk.session)
    desk.leak.person_id, desk.leak.access = resident.id, "Clé chez la gardienne"
    said = told_of(desk.leak)
    assert list(said) == list(COLUMNS)
    assert said["reference"] == desk.leak.reference and said["state"] == "open"
    assert said["trade"] == "plumbing" and said["place"] == "kitchen"
    assert said["dwelling"] == desk.home.reference and said["opened_on"] == "2026-03-10"
    whole = " ".join(said.values())
    for secret in (resident.last_name, resident.first_name, "gardienne", resident.phone or "x" * 9):
        assert secret not in whole
    of_house = told_of(desk.lamp)
    assert of_house["dwelling"] == "" and of_house["address"] == desk.residence.address


def test_open_orders_are_told_or_those_to_which_something_happened_since(desk: Desk) -> None:
    assert set(told(desk)) == {desk.leak, desk.lamp}
    later = NOW + timedelta(days=3)
    note = MoveSaid(note="Fait")
    move_work_order(
        desk.session, desk.lamp, WorkOrderState.DONE, note, viewer=desk.viewer, now=later
    )
    assert told(desk) == [desk.leak]
    assert told(desk, later.date()) == [desk.lamp]
    assert set(told(desk, NOW.date())) == {desk.leak, desk.lamp}


def test_a_protected_home_is_told_to_nobody_outside_whoever_asks(desk: Desk) -> None:
    home = make_dwelling(desk.session, residence=desk.residence)
    person = make_person(desk.session, dwelling=home)
    order = desk.open(home, LEAK)
    assert order in told(desk)
    protect(desk.session, person, by=desk.technician.id, now=NOW)
    assert order in desk.listed(desk.viewer)
    assert order not in told(desk)


def test_answers_move_orders_by_their_own_moves_and_keep_the_other_number(desk: Desk) -> None:
    file = apply(
        desk,
        row(desk.leak, "OT-1;planifié;12/03/2026;14h30;;;"),
        row(desk.lamp, "OT-2;Terminé;;;10/03/2026;1 234,50;Ampoule changée"),
    )
    assert [one.outcome for one in lines(desk, file)] == ["done", "done"]
    assert desk.leak.state is WorkOrderState.PLANNED
    assert (desk.leak.planned_on, desk.leak.planned_part) == (date(2026, 3, 12), "14:30")
    assert desk.lamp.state is WorkOrderState.DONE and desk.lamp.cost_cents == 123450
    assert desk.lamp.closing_note == "OT-2 · Ampoule changée"
    assert their_reference(desk.session, desk.leak) == "OT-1"
    assert {one.what for one in steps_of(desk.session, desk.lamp, desk.viewer)} == {"done", "cost"}


def test_a_refusal_of_theirs_is_one_of_whoever_was_to_do_it(desk: Desk) -> None:
    assert judged(desk, ";refusé;;;;;") == ("left", "required", "note")
    apply(desk, row(desk.leak, ";refusé;;;;;Hors contrat"))
    assert desk.leak.state is WorkOrderState.REFUSED
    assert desk.leak.closing_note == "Hors contrat"


@pytest.mark.parametrize(
    ("said", "why", "field"),
    [
        (";parti;;;;;", "answer_state_unknown", "state"),
        (";planifié;12/03/2026;;;;", "required", "planned_part"),
        (";planifié;12/03/2026;minuit;;;", "bad_choice", "planned_part"),
        (";planifié;01/03/2026;matin;;;", "must_not_be_past", "planned_on"),
        (";planifié;demain;matin;;;", "bad_date", "planned_on"),
        (";fait;;;11/03/2026;;", "must_not_be_future", "done_on"),
        (";fait;;;01/03/2026;;", "before_it_was_found", "done_on"),
        (";fait;;;;-3;", "cost_out_of_range", "cost"),
        (";annulé;;;;;Sans objet", "work_order_cannot_move", ""),
        (";en attente;;;;;", "required", "hold_why"),
        (";en cours;;;;;#REF!", "cell_is_no_value", ""),
        ("1,23457E+11;en cours;;;;;", "cell_is_no_value", ""),
        (";en cours;;;;;" + "x" * 501, "too_long", "note"),
    ],
)
def test_a_line_that_does_not_fit_says_why_and_is_left(
    desk: Desk, said: str, why: str, field: str
) -> None:
    assert judged(desk, said) == ("left", why, field)
    file = apply(desk, row(desk.leak, said), row(desk.lamp, ";en cours;;;;;"))
    assert [one.outcome for one in lines(desk, file)] == ["left", "done"]
    assert desk.leak.state is WorkOrderState.OPEN and desk.leak.cost_cents is None
    assert not [one for one in steps_of(desk.session, desk.leak, desk.viewer)]


def test_an_order_named_on_two_lines_is_left_and_so_is_an_unknown_one(desk: Desk) -> None:
    file = apply(
        desk,
        row(desk.leak, ";en cours;;;;;"),
        row(desk.leak.reference.lower(), ";fait;;;;;"),
        row("BT-00000000", ";fait;;;;;"),
    )
    assert [one.why for one in lines(desk, file)] == [
        "answer_order_twice", "answer_order_twice", "work_order_not_found",
    ]  # fmt: skip
    assert desk.leak.state is WorkOrderState.OPEN


def test_what_names_no_order_is_told_as_such_and_the_sheets_of_a_workbook_are_named(
    desk: Desk,
) -> None:
    book, data = Workbook(), io.BytesIO()
    first, beside = book.active, book.create_sheet("Archives")
    assert first is not None
    first.title = "Réponses"
    answer = (desk.leak.reference, "", "en cours")
    for line in (("Bons de mars",), ("bon", "gmao", "état", "note"), answer, ("TOTAL", "", "1")):
        first.append(line)
    beside.append(("bon", "état"))
    book.save(data)
    file = bring_answers(desk.session, data.getvalue(), "a.xlsx", viewer=desk.viewer, now=NOW)
    read = look_at_answers(desk.session, file, viewer=desk.viewer, now=NOW).read
    sheets = [(one.name, one.after is not None) for one in read.table.sheets]
    assert sheets == [("Réponses", True), ("Archives", False)]
    apply_answers(desk.session, file, viewer=desk.viewer, now=NOW)
    assert [(one.number, one.why) for one in lines(desk, file)] == [
        (1, "line_of_no_order"), (3, None), (4, "line_of_no_order"),
    ]  # fmt: skip


def test_an_order_one_may_not_see_reads_as_none_and_stays(desk: Desk) -> None:
    south = find_territory(desk.session, "Sud").id
    user = make_user(desk.session, role=Role.TECHNICIAN, territory_id=south)
    theirs = Viewer(user.id, user.organisation_id, south, desk.viewer.reach.TERRITORY)
    wanted = Wanted(sort="opened")
    assert not orders_to_tell(desk.session, theirs, since=None, wanted=wanted).rows
    file = bring(desk, row(desk.leak, ";fait;;;;;"), viewer=theirs)
    (one,) = look_at_answers(desk.session, file, viewer=theirs, now=NOW).judged
    assert (one.order, one.why) == (None, "work_order_not_found")
    apply_answers(desk.session, file, viewer=theirs, now=NOW)
    assert desk.leak.state is WorkOrderState.OPEN
    seen = apply(desk, row(desk.leak, ";fait;;;;;"))
    assert len(lines(desk, seen)) == 1
    assert lines(desk, seen, theirs) == []


def test_the_same_words_twice_change_nothing_even_when_the_order_is_open_again(
    desk: Desk,
) -> None:
    said = row(desk.leak, "OT-1;fait;;;10/03/2026;80;Joint changé")
    apply(desk, said)
    steps = len(steps_of(desk.session, desk.leak, desk.viewer))
    again = apply(desk, said)
    assert [one.outcome for one in lines(desk, again)] == ["nothing"]
    move_work_order(
        desk.session, desk.leak, WorkOrderState.OPEN, MoveSaid(note="Fuit encore"),
        viewer=desk.viewer, now=NOW + timedelta(hours=1),
    )  # fmt: skip
    apply(desk, said)
    assert desk.leak.state is WorkOrderState.OPEN
    assert len(steps_of(desk.session, desk.leak, desk.viewer)) == steps + 1
    # What stands as it is told is nothing new either, in whatever words.
    assert judged(desk, ";ouvert;;;;80,00;") == ("nothing", "", "")


def test_a_file_is_applied_once_and_let_go_only_before(desk: Desk) -> None:
    file = apply(desk, row(desk.leak, ";en cours;;;;;"))
    for act in (
        lambda: apply_answers(desk.session, file, viewer=desk.viewer, now=NOW),
        lambda: let_answers_go(file, viewer=desk.viewer, now=NOW),
    ):
        with pytest.raises(Conflict) as refused:
            act()
        assert refused.value.code == "answers_elsewhere"
    other = bring(desk, row(desk.lamp, ";en cours;;;;;"))
    let_answers_go(other, viewer=desk.viewer, now=NOW)
    with pytest.raises(Conflict):
        apply_answers(desk.session, other, viewer=desk.viewer, now=NOW)
    for state, found in (("applied", [file]), ("withdrawn", [other]), ("to_check", [])):
        listed = list_answer_files(desk.session, desk.viewer, state=state, wanted=Wanted())
        assert listed.rows == found


def test_a_file_is_undone_but_for_the_orders_that_went_on(desk: Desk) -> None:
    file = apply(
        desk,
        row(desk.leak, ";fait;;;10/03/2026;80;Joint"),
        row(desk.lamp, ";en cours;;;;;"),
    )
    later = NOW + timedelta(hours=1)
    move_work_order(
        desk.session, desk.lamp, WorkOrderState.DONE, MoveSaid(note="Fait"), viewer=desk.viewer,
        now=later,
    )  # fmt: skip
    assert undo_answers(desk.session, file, viewer=desk.viewer, now=later) == (1, 1)
    assert desk.leak.state is WorkOrderState.OPEN and desk.leak.cost_cents is None
    assert desk.lamp.state is WorkOrderState.DONE
    assert [one.undone_why for one in lines(desk, file)] == [None, "step_not_latest"]
    # What was undone may be told once more.
    assert judged(desk, ";fait;;;10/03/2026;80;Joint")[0] == "done"
    with pytest.raises(Conflict):
        undo_answers(desk.session, bring(desk, row("X", ";")), viewer=desk.viewer, now=later)


def test_files_are_those_of_one_organisation(desk: Desk) -> None:
    file = bring(desk, row(desk.leak, ";fait;;;;;"))
    other = make_viewer(make_user(desk.session, role=Role.TECHNICIAN, organisation="Autre"))
    with pytest.raises(NotFound):
        find_answers(desk.session, file.id, viewer=other)
    assert not list_answer_files(desk.session, other, state="", wanted=Wanted()).rows


@pytest.mark.parametrize(
    ("data", "why"),
    [
        (b"nom;ville\nA;B\n", "answers_without_reference"),
        (b"", "empty_file"),
        (b"%PDF", "not_a_table"),
    ],
)
def test_a_file_that_holds_no_answers_is_refused(data: bytes, why: str) -> None:
    with pytest.raises(Invalid) as refused:
        read_answers_file(data, file_name="x.csv")
    assert refused.value.fields == {"file": why}
