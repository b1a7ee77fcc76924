"""The funding plan, the works and the commission of an adaptation, on their pages."""

import csv
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy import select
from sqlalchemy.orm import Session

from tests.factories import NOW, make_case, make_user, make_viewer
from tests.pdf_text import text_of
from tests.visits.adapting import NO_VISIT, agreed, fund, pay
from visits.adaptations.deciding import Decided, decide
from visits.adaptations.files import Request, open_by_hand
from visits.adaptations.funding import FundingSaid, note_funding
from visits.adaptations.moving import move_file
from visits.life.endings import Told
from visits.life.moves import record_departure
from visits.models.adaptations import AdaptationFile, Step
from visits.models.commissions import Commission
from visits.models.funding import AdaptationQuote, FundingNote
from visits.models.life import HowTold
from visits.models.people import Person
from visits.models.works import WorkOrder
from visits.people.protection import protect

SignIn = Callable[..., FlaskClient]
pytestmark = pytest.mark.one_database
QUOTE = {
    "company": "Rénov’Oise", "cents": "4 800,00 €", "dated_on": "2026-03-10", "keep": "yes",
}  # fmt: skip
ASKED = {"payer": "landlord", "stage": "asked", "cents": "4800", "day": "2026-03-10"}


def waiting(session: Session, *steps: Step) -> AdaptationFile:
    """Give an adaptation that was brought along some steps."""
    viewer = make_viewer(make_user(session))
    case = make_case(session, by=make_user(session))
    assert case.dwelling is not None
    said = Request("shower", "letter", NOW.date(), "Une douche.")
    file = open_by_hand(session, case.person, case.dwelling, said, viewer=viewer, now=NOW)
    for step in steps:
        if step is Step.DECISION:
            fund(session, file, viewer=viewer, now=NOW)
        if step is Step.AGREEMENT:
            decide(session, file, Decided("granted"), turn=file.turn, viewer=viewer, now=NOW)
        else:
            move_file(
                session, file, step, turn=file.turn, said=NO_VISIT, agreed=agreed(NOW),
                priority="next", viewer=viewer, now=NOW,
            )  # fmt: skip
    session.commit()
    return file


def test_a_plan_is_made_on_its_page_and_says_what_has_no_payer(
    client_as: SignIn, session: Session
) -> None:
    file = waiting(session, Step.ELIGIBILITY, Step.FUNDING)
    page, turn = f"/adaptations/{file.id}", str(file.turn)
    client = client_as("coordinator")
    assert "Aucun devis" in client.get(f"{page}/funding").text
    refused = client.post(f"{page}/funding/quotes", data=QUOTE | {"cents": "-3"})
    assert refused.status_code == 422
    assert QUOTE["company"] in refused.text
    assert 'id="cents-error"' in refused.text
    client.post(f"{page}/funding/quotes", data=QUOTE)
    stopped = client.post(page, data={"turn": turn, "step": "decision"})
    assert stopped.status_code == 422
    assert "pas égal au coût" in stopped.text
    refused = client.post(f"{page}/funding/payers", data=ASKED | {"payer": "ma_prime_adapt"})
    assert "ne paie jamais pour le logement social" in refused.text
    told = client.post(f"{page}/funding/payers", data=ASKED, follow_redirects=True).text
    assert "Le plan est égal au coût" in told
    row = told[told.index("Qui finance") :].replace("\u202f", " ").replace("\xa0", " ")
    assert "4 800,00 €" in row
    moved = client.post(page, data={"turn": turn, "step": "decision"}, follow_redirects=True)
    assert "Décider" in moved.text
    note, quote = session.scalars(select(FundingNote.id)).one(), None
    quote = session.scalars(select(AdaptationQuote.id)).one()
    session.rollback()
    told = client.post(f"{page}/funding/notes/{note}", follow_redirects=True).text
    assert "Personne n’a encore été sollicité" in told
    told = client.post(
        f"{page}/funding/quotes/{quote}", data={"what": "withdraw"}, follow_redirects=True
    ).text
    assert "Aucun devis" in told
    assert client.post(f"{page}/funding/notes/{note}").status_code == 404


def test_a_year_is_saved_for_the_property_tax_and_for_the_pension_fund(
    client_as: SignIn, session: Session
) -> None:
    file = waiting(session, Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    name, reference, viewer = file.person.name, file.reference, make_viewer(make_user(session))
    pay(session, file, viewer=viewer, now=NOW)
    session.commit()
    client, place = client_as("coordinator"), "/adaptations/accounts/"
    for address in (place, f"{place}?year=x", f"{place}?year=999999999999"):
        assert "4 800,00" in client.get(address).text.replace("\u202f", " ").replace("\xa0", " ")
    taxed = client.get(f"{place}property-tax.csv").text
    assert reference in taxed
    assert "4800,00" in taxed
    assert name not in taxed
    assert reference not in client.get(f"{place}property-tax.csv?year=2025").text
    assert reference not in client.get(f"{place}pension-fund.csv").text


def test_works_are_ordered_on_the_page_by_who_may_open_orders(
    client_as: SignIn, session: Session
) -> None:
    file = waiting(
        session, Step.ELIGIBILITY, Step.FUNDING, Step.DECISION, Step.AGREEMENT, Step.WORKS
    )
    page = f"/adaptations/{file.id}"
    order = {"trade": "plumbing", "place": "bathroom", "description": "Poser une douche."}
    helper = client_as("social_worker")
    assert "/works" not in helper.get(page).text
    assert helper.post(f"{page}/works", data=order).status_code == 403
    client = client_as("coordinator")
    refused = client.post(f"{page}/works", data=order | {"trade": "", "due_on": "2020-01-01"})
    assert refused.status_code == 422
    assert "Poser une douche." in refused.text
    told = client.post(f"{page}/works", data=order, follow_redirects=True).text
    assert "Plomberie" in told
    assert "BT-" in told
    assert "courent tant que" in told
    gone = {"turn": str(file.turn), "step": "withdrawn", "said": "N’en veut plus."}
    session.rollback()
    gone["turn"] = str(session.get_one(AdaptationFile, file.id).turn)
    session.rollback()
    assert "still-going" in client.post(page, data=gone, follow_redirects=True).text
    place = f"/work-orders/{session.scalars(select(WorkOrder.id)).one()}"
    session.rollback()
    of_order = client.get(place).text
    assert "L’adaptation pour laquelle il a été commandé est terminée" in of_order
    assert f'href="{page}"' in of_order and "N’en veut plus." not in of_order
    cancelling = f"{page}/works/cancel"
    assert "works/cancel" not in helper.get(page).text
    assert helper.post(cancelling).status_code == 403
    assert "still-going" not in client.post(cancelling, follow_redirects=True).text
    assert client.post(cancelling).status_code == 409
    assert "pour laquelle il a été commandé" not in client.get(place).text


def test_the_page_says_that_who_asked_for_it_no_longer_lives_there(
    client_as: SignIn, session: Session
) -> None:
    steps = (Step.ELIGIBILITY, Step.FUNDING, Step.DECISION, Step.AGREEMENT, Step.WORKS)
    file = waiting(session, *steps)
    page, client = f"/adaptations/{file.id}", client_as("coordinator")
    client.post(
        f"{page}/works",
        data={"trade": "plumbing", "place": "bathroom", "description": "Une douche."},
    )
    place = f"/work-orders/{session.scalars(select(WorkOrder.id)).one()}"
    person = session.get_one(Person, file.person_id)
    person.phone, person.do_not_contact = "+33612345678", False
    session.commit()
    for shown in (client.get(page).text, client.get(place).text):
        assert "n’habite plus" not in shown and "tel:+33612345678" in shown
    session.get_one(Person, file.person_id).do_not_contact = True
    session.commit()
    for shown in (client.get(page).text, client.get(place).text):
        assert "tel:+33612345678" in shown and "qu’on ne la contacte pas" in shown
    told = Told(HowTold.PAGE, make_user(session).id, NOW)
    person = session.get_one(Person, file.person_id)
    record_departure(session, person, file.dwelling_id, on=NOW.date(), told=told)
    session.commit()
    for shown in (client.get(page).text, client.get(place).text):
        assert "n’habite plus" in shown and "tel:" not in shown


def test_what_the_pension_fund_was_asked_sums_to_its_rows_and_its_file(
    client_as: SignIn, session: Session
) -> None:
    viewer = make_viewer(make_user(session))
    for cents in (120_000, 30_050):
        file = waiting(session, Step.ELIGIBILITY, Step.FUNDING)
        file.person.born_on = date(1940, 1, 1)
        said = FundingSaid("carsat_landlord", "asked", cents, NOW.date())
        note_funding(session, file, said, viewer=viewer, now=NOW)
    session.commit()
    client, place = client_as("coordinator"), "/adaptations/accounts/"
    page = client.get(place).text.replace("\u202f", " ").replace("\xa0", " ")
    foot = page[page.index("<tfoot>") :]
    assert "1 500,50 €" in foot
    for cents in ("1 200,00 €", "300,50 €"):
        assert cents in page[: page.index("<tfoot>")], cents
    rows = list(csv.reader(client.get(f"{place}pension-fund.csv").text.splitlines(), delimiter=";"))
    summed = sum(float(row[10].replace(",", ".")) for row in rows[1:])
    assert (len(rows), summed) == (3, 1500.5)


def test_the_tenant_s_certificate_is_noted_on_the_page_and_taken_back(
    client_as: SignIn, session: Session
) -> None:
    steps = (Step.ELIGIBILITY, Step.FUNDING, Step.DECISION, Step.AGREEMENT, Step.WORKS)
    file = waiting(session, *steps)
    file.own_cost = True
    session.commit()
    page, turn = f"/adaptations/{file.id}", str(file.turn)
    session.rollback()
    client = client_as("coordinator")
    done = {"turn": turn, "step": "reception", "said": "Faits par Rénov’Oise."}
    told = client.post(page, data=done | {"ended_on": "2026-03-10"}, follow_redirects=True).text
    assert "10 mai 2026" in told or "10/05/2026" in told
    noted = f"{page}/certificate"
    refused = client.post(noted, data={"certified_on": "2026-03-09"})
    assert refused.status_code == 422 and 'id="certified_on-error"' in refused.text
    told = client.post(noted, data={"certified_on": "2026-03-10"}, follow_redirects=True).text
    assert "Attesté le" in told
    assert client.post(noted, data={"certified_on": "2026-03-10"}).status_code == 409
    told = client.post(noted, data={"what": "withdraw"}, follow_redirects=True).text
    assert 'name="certified_on"' in told


def test_a_commission_is_called_given_an_agenda_decides_and_closes_its_minutes(
    client_as: SignIn, session: Session
) -> None:
    file = waiting(session, Step.ELIGIBILITY, Step.FUNDING, Step.DECISION)
    page, turn, reference = f"/adaptations/{file.id}", str(file.turn), file.reference
    name = file.person.name
    session.commit()
    client = client_as("coordinator")
    assert client.post("/adaptations/commissions/", data={"held_on": "x"}).status_code == 422
    called = client.post("/adaptations/commissions/", data={"held_on": "2026-03-20"}).location
    assert reference in client.get(called).text
    told = client.post(
        f"{called}/agenda", data={"adaptation": [str(file.id)]}, follow_redirects=True
    ).text
    assert "Décider" in told
    assert "commission du 20" in client.get(page).text
    again = client.post(f"{called}/agenda", data={"adaptation": [str(file.id)]})
    assert again.status_code == 409
    nothing = client.post(f"{called}/agenda", data={})
    assert nothing.status_code == 422
    assert 'id="adaptation-error"' in nothing.text
    assert "Annuler cette commission" in client.get(called).text
    client.post(f"{page}/decision", data={"turn": turn, "outcome": "granted"})
    early = client.post(f"{called}/minutes", data={"note": "Présents : tous."})
    assert early.status_code == 409 and "Présents : tous." in early.text
    session.rollback()
    session.scalars(select(Commission)).one().held_on = NOW.date()
    session.commit()
    client.post(f"{called}/minutes", data={"note": "Présents : tous."})
    client.post("/papers/", data={"minutes_fr": "Lu et approuvé.", "seen": ""})
    minutes = text_of(client.get(f"{called}/minutes.pdf").data)
    assert "Lu et approuvé." in minutes
    for told in ("Présents : tous.", "Accordée", reference, name, "Coût", "Jour de la décision"):
        assert told in minutes, told
    assert "rouvrez-le" in client.get(page).text
    turned = {"turn": str(int(turn) + 1)}
    held = client.post(f"{page}/back", data=turned)
    assert held.status_code == 409 and "rouvrez-le" in held.text
    person = session.get_one(Person, file.person_id)
    protect(session, person, by=client.user.id, now=NOW)  # type: ignore[attr-defined]
    session.commit()
    assert reference in client.get(called).text
    assert name not in text_of(client.get(f"{called}/minutes.pdf").data)
    session.rollback()
    closed = session.scalars(select(Commission.closed_at)).one()
    session.rollback()
    assert closed is not None
    reader = client_as("social_worker")
    assert reader.get(called).status_code == 200
    assert reader.post(f"{called}/minutes", data={"what": "again"}).status_code == 403


def test_a_commission_of_a_past_day_is_cancelled_on_its_page_with_why_and_back(
    client_as: SignIn, session: Session
) -> None:
    client = client_as("coordinator")
    place = client.post("/adaptations/commissions/", data={"held_on": "2026-03-08"}).location
    assert "Elle ne s’est pas réunie" in client.get(place).text
    cancelling = {"what": "cancel", "note": ""}
    assert client.post(f"{place}/minutes", data=cancelling).status_code == 422
    cancelling["note"] = "C’était un dimanche."
    told = client.post(f"{place}/minutes", data=cancelling, follow_redirects=True).text
    assert "Annulée : elle ne s’est pas réunie" in told and "C’était un dimanche." in told
    assert "annulé" in text_of(client.get(f"{place}/minutes.pdf?language=fr").data)
    again = client.post(f"{place}/minutes", data={"what": "again"}, follow_redirects=True).text
    assert "Annulée : elle" not in again
