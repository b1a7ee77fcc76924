"""A coordinator makes “Visites canicule” from an empty page, and the weekly call is due."""

import json
import re
import shutil
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from playwright.sync_api import BrowserContext, Page, expect
from sqlalchemy import delete

from tests.conftest import SECRETS
from tests.e2e.walked import Walked, serve
from tests.factories import make_dwelling, make_person, make_user
from visits.models.accounts import Role
from visits.models.programmes import ProgrammeVersion
from webapp import create_app
from webapp.access.setting_up import publish_what_ships
from webapp.frame.settings import Settings
from webapp.frame.transaction import House

pytestmark = pytest.mark.browser

# What a hand does on the page; `goto` and what the driver itself puts into focus are none of it.
COUNTED = """
  const add = (what, number = 1) => {
    const acts = JSON.parse(sessionStorage.acts ?? '{}');
    acts[what] = (acts[what] ?? 0) + number;
    sessionStorage.acts = JSON.stringify(acts);
  };
  addEventListener('mousedown', () => add('clicks'), true);
  addEventListener('change', ({target}) => {
    if (target.tagName === 'SELECT') return add('choices');
    if (['checkbox', 'radio'].includes(target.type)) return;
    add('fields');
    add('characters', target.value.length);
  }, true);
"""
# Seconds of the keystroke-level model (Card, Moran and Newell, 1980): to type a key as somebody who
# is no typist, to point, to press and let go, to go from mouse to keys, to think before an act.
KEY_S, POINT_S, PRESS_S, HOMING_S, THINK_S = 0.28, 1.1, 0.2, 0.4, 1.35
# As docs/programmes.md says.
ACTS, TAKES_S = {"clicks": 15, "choices": 5, "fields": 8, "characters": 59}, 104
JULY = datetime(2026, 7, 6, 9, 30, tzinfo=UTC)


@pytest.fixture
def july(sqlite_template: Path, tmp_path: Path) -> Iterator[Walked]:
    """A deployment in July with forms, tenants and no programme."""
    shutil.copyfile(sqlite_template, tmp_path / "palier.db")
    url = f"sqlite:///{tmp_path / 'palier.db'}"
    app = create_app(
        Settings(tmp_path, url, "a session secret of the tests", SECRETS, basemap="none"),
        clock=lambda: JULY,
    )
    house: House = app.extensions["palier"]
    with house.sessions.begin() as session:
        publish_what_ships(session, now=JULY)
        session.execute(delete(ProgrammeVersion))
        make_user(session)
        for name, floor, alone in (
            ("HAUTE", 4, True), ("BASSE", 1, True), ("COUPLE", 5, False), ("DOUTE", 6, None),
        ):  # fmt: skip
            make_person(
                session, dwelling=make_dwelling(session, floor=floor), lives_alone=alone,
                last_name=name,
            )  # fmt: skip
    with serve(app, []) as walked:
        yield walked


def test_a_coordinator_makes_the_heatwave_visits_from_an_empty_page(
    july: Walked, context: BrowserContext
) -> None:
    context.add_init_script(COUNTED)
    page = july.open(context, Role.COORDINATOR)
    page.goto(f"{july.url}/programmes/")
    page.evaluate("delete sessionStorage.acts")
    page.locator(".empty-state").get_by_role("link", name="Nouveau programme").click()
    page.get_by_label("Nom en français").fill("Visites canicule")
    page.get_by_role("button", name="Commencer").click()
    say_whom(page)
    say_what_is_due(page)
    page.get_by_role("button", name="Publier la version 1").click()
    page.locator("dialog").get_by_role("button", name="Publier").click()
    page.get_by_role("link", name="Qui visiter").last.click()
    acts = json.loads(page.evaluate("sessionStorage.acts"))
    assert acts == ACTS
    assert round(estimated_s(**acts)) == TAKES_S
    rows = page.locator("table.table-palier tbody tr").filter(has=page.get_by_role("checkbox"))
    expect(rows).to_have_count(1)
    expect(rows).to_contain_text("HAUTE")
    rows.get_by_role("checkbox").check()
    page.get_by_role("button", name="Inscrire la sélection").click()
    page.goto(f"{july.url}/cases/?programme=visites_canicule")
    # Her first call is due in a week.
    expect(page.locator(".empty-state")).to_contain_text("Personne à appeler maintenant")
    page.get_by_role("link", name="Voir tous les dossiers").click()
    page.get_by_role("link", name=re.compile("HAUTE")).first.click()
    heading = page.get_by_role("heading", name="À faire", exact=True)
    due = page.locator("section.panel").filter(has=heading)
    expect(due).to_contain_text("Appel de la semaine")
    expect(due).to_contain_text("13/07/2026")


def estimated_s(clicks: int, choices: int, fields: int, characters: int) -> float:
    """Estimate how long acts take whoever knows where they are; a choice is two clicks."""
    click = POINT_S + PRESS_S
    return (
        (clicks + choices + fields) * (THINK_S + click)
        + choices * click
        + fields * 2 * HOMING_S
        + characters * KEY_S
    )


def say_whom(page: Page) -> None:
    """Say: from 75, living alone, on the third floor and above; the count follows."""
    page.get_by_role("link", name="Remplir · Public").click()
    page.get_by_label("À partir de l’âge de").fill("75")
    first = page.get_by_role("group", name="Condition 1")
    first.get_by_label("Ce qui est connu").select_option(label="Vit seule ou seul")
    first.get_by_label("Comparaison").select_option(label="oui")
    counts = page.locator("#counts")
    expect(counts.locator("strong")).to_have_text("2")
    page.get_by_role("button", name="Une condition de plus").click()
    second = page.get_by_role("group", name="Condition 2")
    second.get_by_label("Ce qui est connu").select_option(label="Étage")
    second.get_by_label("Avec quoi").fill("3")
    page.get_by_label("Combien en visiter").fill("40")
    expect(counts.locator("strong")).to_have_text("1")
    page.get_by_role("button", name="Enregistrer", exact=True).click()


def say_what_is_due(page: Page) -> None:
    """Say: a visit with its form, and a call a week in July and August."""
    page.get_by_role("link", name="Remplir · Visites").click()
    page.get_by_label("En français", exact=True).fill("Passage canicule")
    page.get_by_role("group", name="Formulaires à remplir").get_by_role("checkbox").first.check()
    page.get_by_label("Minutes").fill("30")
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    page.get_by_role("link", name="Remplir · Rythme").click()
    page.get_by_label("En français", exact=True).fill("Appel de la semaine")
    page.get_by_label("Quoi", exact=True).select_option(label="Appel")
    every = page.get_by_role("group", name="Revient tous les")
    every.get_by_label("combien").fill("1")
    every.get_by_label("unité").select_option(label="semaines")
    page.get_by_label("juillet").check()
    page.get_by_label("août").check()
    page.get_by_role("button", name="Enregistrer", exact=True).click()
    expect(page.locator("main")).to_contain_text("chaque semaine, en juillet et août")
