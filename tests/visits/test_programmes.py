"""Programmes are data: checked when they are read, published as versions that never change."""

from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from diagnostics.forms import shipped
from tests.conftest import NOW
from tests.factories import (
    make_case,
    make_dwelling,
    make_person,
    make_user,
    make_viewer,
    shipped_programmes_read,
)
from tests.submissions import home_visit
from visits.choosing.targeting import enrol
from visits.forms.published import publish_form
from visits.ground.errors import Conflict, NotFound
from visits.models.programmes import ProgrammeVersion
from visits.programmes import (
    BadProgramme,
    Condition,
    parse_programme,
    shipped_programmes,
    write_programme,
)
from visits.programmes.facts import FACTS
from visits.programmes.published import (
    find_programme,
    forms_in_use,
    load_programmes,
    programme_of,
    publish_programme,
    publish_shipped_programmes,
    version_of,
)
from visits.programmes.shape import AdaptationStep, RentRule

SENIORS = shipped_programmes()["seniors"]
# A programme that needs one form only.
SHORT = """
code = "heat"
forms = ["home_visit"]
visit_minutes = 30
[name]
fr = "Visites canicule"
en = "Heatwave visits"
[audience]
age_min = 75
[target]
number = 50
[[criterion]]
code = "alone"
points = 40
when = [{ fact = "age", at_least = 75 }]
label = { fr = "75 ans et plus", en = "75 and over" }
"""
WHOLE = (
    SHORT.replace('code = "heat"', 'code = "whole"\nways_in = ["targeting", "request"]', 1)
    .replace(
        "visit_minutes = 30", 'visit_minutes = 30\nretention_months = 24\nmay_use = ["arrears"]'
    )
    .replace(
        "age_min = 75",
        """age_min = 75
when = [
    { fact = "lives_alone", equals = true },
    { fact = "built_year", at_least = 1950, at_most = 1974 },
    { fact = "arrears", at_least = 1 },
    { fact = "answer_gas_smell", equals = true },
    { fact = "outcome_seniors", equals = "completed" },
]""",
        1,
    )
    + """
[[tier]]
code = "kit"
name = { fr = "Kit", en = "Kit" }
[[tier]]
code = "full"
name = { fr = "Visite complète", en = "Full visit" }
score_from = 30
[[path]]
code = "adaptation"
name = { fr = "Adaptation", en = "Adaptation" }
[[path.step]]
code = "file"
name = { fr = "Dossier complet", en = "File complete" }
delay = "30d"
owner = "social_worker"
[[path.step]]
code = "decision"
name = { fr = "Décision", en = "Decision" }
delay = "2m"
[[adaptation_step]]
step = "visit"
delay = "20d"
owner = "coordinator"
[[adaptation_step]]
step = "works"
delay = "2m"
[[objective]]
code = "reached"
name = { fr = "Personnes vues", en = "Persons seen" }
counter = "persons_visited"
number = 40
by = 2026-12-31
[[objective]]
code = "learning"
name = { fr = "En formation", en = "In training" }
counter = "staying_with_paper"
paper = "training"
share = 0.6
[[objective]]
code = "bearable"
name = { fr = "Loyer supportable", en = "Bearable rent" }
counter = "rent_within"
share = 0.9
[rent]
share_at_most = 0.25
[admission]
stay = "temporary"
[[admission.document]]
code = "training"
name = { fr = "Contrat de formation", en = "Contract of training" }
optional = true
[[budget_line]]
code = "fund"
name = { fr = "Caisse de retraite", en = "Pension fund" }
amount = 12000
funder = "Carsat"
starts_on = 2026-01-01
ends_on = 2026-12-31
[[partner]]
organisation = "Les petits frères"
rights = ["call", "visit"]
"""
)


def test_the_programme_for_seniors_ships() -> None:
    seniors = shipped_programmes_read()["seniors"]
    assert seniors.name["fr"] == "Seniors à domicile"
    assert (seniors.audience.age_min, seniors.protocol.max_calls) == (70, 3)
    assert seniors.protocol.soft_refusal_retry_months == 3
    visit = seniors.visit_kind("")
    assert (visit.forms, visit.minutes) == (("home_visit",), 90)
    assert len(visit.optional_forms) == 6
    assert (seniors.follow_up.months, seniors.follow_up.form) == ((1, 6, 12), "follow_up_1_6_12")
    assert sum(criterion.points for criterion in seniors.targeting if not criterion.group) == 40


def test_every_shipped_form_is_filled_by_a_programme_and_seniors_come_first(
    session: Session,
) -> None:
    assert forms_in_use(session) == set(shipped())
    assert next(iter(load_programmes(session))) == "seniors"


def test_criteria_ask_for_known_facts_only() -> None:
    for programme in shipped_programmes_read().values():
        asked = {c.fact for criterion in programme.targeting for c in criterion.when}
        assert asked <= set(FACTS)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("card_after = 3", "card_after = 4", r"protocol\.card_after: plus que max_c"),
        ("card_after = 3", "card_after = 0", r"protocol\.card_after"),
        ("letter_after = 0", "letter_after = 4", r"protocol\.letter_after: plus que max_calls"),
        ('fact = "has_bath"', 'fact = "rent"', r"criterion\.\d+\.when\.0\.fact: une de ces"),
        ('fact = "has_bath"', 'fact = "answer_"', r"criterion\.\d+\.when\.0\.fact: une de ces"),
        (
            '"has_bath", equals = true',
            '"arrears", at_least = 1',
            r"criterion\.7\.when\.0\.fact: le",
        ),
        ("points = 10", "points = 1000", r"points: entre 1 et 100"),
        ("points = 10", 'points = "10"', r"points: un nombre entier est attendu"),
        ('code = "bath"', 'code = "not_adapted"', "criterion: deux critères ont le même code"),
        ("share = 0.5", "share = 0.5\nnumber = 3", "target: indiquez soit share, soit number"),
        ("age_min = 70", "age_min = 7", r"audience\.age_min: entre 16 et 115"),
        ('en = "Seniors at home"', "", r"name\.en: champ obligatoire absent"),
        ("minutes = 90", "minutes = 90\ncolour = 1", r"visit_kind\.0\.colour: champ inconnu"),
        ("minutes = 90", "", r"visit_kind\.0\.minutes: champ obligatoire absent"),
        ('optional_forms = ["fall_risk"', 'optional_forms = ["home_visit"', "nommé deux fois"),
        ("[name]", "[name", r"seniors\.toml: TOML: illisible, ligne \d+, colonne 6$"),
        ("position = 1", "position = 1\nfunds = '''", "TOML: illisible, à la fin du fichier"),
        ('{ fact = "has_bath", equals = true }', '{ fact = "has_bath" }', "indiquez at_least"),
        ("success = true", 'success = "no"', r"outcome\.0\.success: true ou false est attendu"),
        ("success = true", "success = 0", r"outcome\.0\.success: true ou false est attendu"),
        ("minutes = 90", "minutes = true", r"visit_kind\.0\.minutes: un nombre entier est attendu"),
        ("share = 0.5", "share = true", r"target\.share: un nombre est attendu"),
        ('code = "seniors"', 'code = "seniors\\n"', "code: minuscules, chiffres et _ seulement"),
        ('code = "first"', 'code = "done"', r"cadence\.0\.code: « done » a déjà un sens"),
        ('code = "first"', 'code = "opening"', r"cadence\.0\.code: « opening » a déjà un sens"),
        ('code = "first"', 'code = "entry"', r"cadence\.0\.code: « entry » a déjà un sens"),
        ('after = "opening"', 'after = "done"', r"cadence\.0\.every: attendu avec after"),
        ('after = "first"', 'after = "second"', r"cadence\.1\.after: cadence inconnue \(second\)"),
        ('after = "opening"', 'after = "yearly"', r"cadence\.0\.after: attend une cadence qui"),
        ('visit_kind = "yearly"', 'visit_kind = "y"', r"cadence\.1\.visit_kind: type de visite"),
        ('every = "12m"', 'every = "0d"', r"cadence\.1\.every: un jour au moins est attendu"),
        (
            "age_min = 70",
            "age_min = 70\nage_max = 60",
            r"age_max: plus petit que age_min",
        ),
        ("[target]", '[[tier]]\ncode = "kit"\n[target]', r"tier\.0\.name: champ obligatoire"),
        ("position = 1", 'position = 1\nways_in = ["door"]', r"ways_in\.0: une de ces valeurs"),
        ("position = 1", 'position = 1\nfunds = "x"', "seniors.toml: funds: champ inconnu"),
    ],
)
def test_a_programme_that_does_not_hold_is_refused_by_name(old: str, new: str, said: str) -> None:
    assert old in SENIORS
    with pytest.raises(BadProgramme, match=said):
        parse_programme(SENIORS.replace(old, new, 1), source="seniors.toml")


def test_a_programme_without_any_form_is_told_so_by_the_name_of_what_lacks() -> None:
    with pytest.raises(BadProgramme) as bad:
        parse_programme(SHORT.replace('forms = ["home_visit"]\n', ""), source="heat.toml")
    assert bad.value.problems == (("visit_kind.0.forms", "champ obligatoire absent"),)
    without = SHORT.replace('forms = ["home_visit"]\nvisit_minutes = 30\n', "")
    with pytest.raises(BadProgramme) as bad:
        parse_programme(without, source="heat.toml")
    assert bad.value.problems == (("visit_kind", "champ obligatoire absent"),)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("share = 0.6", "", r"objective\.1\.share: champ obligatoire absent"),
        ('paper = "training"', "", r"objective\.1\.paper: champ obligatoire absent"),
        ("share = 0.6", "share = 0.6\nnumber = 9", r"objective\.1\.number: cet objectif ne se"),
        ("number = 40", "", r"objective\.0\.number: champ obligatoire absent"),
        ("number = 40", "number = 40\nshare = 0.5", r"objective\.0\.share: cet objectif ne se"),
        ('paper = "training"', 'paper = "work"', r"objective\.1\.paper: aucune pièce de l’admis"),
        ("share = 0.9", "number = 9", r"objective\.2\.number: cet objectif ne se"),
        ("share = 0.9", 'share = 0.9\npaper = "training"', r"objective\.2\.paper: cet objectif"),
        ("[rent]\nshare_at_most = 0.25\n", "", r"objective\.2\.counter: le programme ne dit pas"),
        ("share_at_most = 0.25", "share_at_most = 0", r"rent\.share_at_most"),
        ("optional = true", "medical = true", r"objective\.1\.paper: aucune pièce de l’admis"),
    ],
)
def test_an_objective_says_how_many_or_which_share_have_which_paper(
    old: str, new: str, said: str
) -> None:
    assert WHOLE.count(old) == 1
    with pytest.raises(BadProgramme, match=said):
        parse_programme(WHOLE.replace(old, new), source="whole.toml")


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ('step = "visit"', 'step = "visite"', r"adaptation_step\.0\.step: une de ces valeurs"),
        ('step = "visit"', 'step = "closed"', r"adaptation_step\.0\.step: une de ces valeurs"),
        ('step = "visit"', 'step = "works"', "adaptation_step: deux fois la même étape"),
        ('"20d"\nowner = "coordinator"', '"20d"\nowner = "visitor"', r"step\.0\.owner: une de"),
        (
            'step = "works"\ndelay = "2m"',
            'step = "works"',
            r"step\.1\.delay: délai, rôle ou type de visite",
        ),
    ],
)
def test_what_is_said_of_the_steps_of_an_adaptation_is_known_and_said_once(
    old: str, new: str, said: str
) -> None:
    assert old in WHOLE
    with pytest.raises(BadProgramme, match=said):
        parse_programme(WHOLE.replace(old, new, 1), source="whole.toml")


@pytest.mark.parametrize("code", [*shipped_programmes(), "heat", "whole"])
def test_a_programme_written_as_toml_reads_as_the_same_programme(code: str) -> None:
    texts = {**shipped_programmes(), "heat": SHORT, "whole": WHOLE}
    read = parse_programme(texts[code], source=code)
    written = write_programme(read)
    assert parse_programme(written, source=code) == read
    assert write_programme(parse_programme(written, source=code)) == written


def test_all_that_a_programme_is_made_of_is_read() -> None:
    whole = parse_programme(WHOLE, source="whole.toml")
    assert whole.ways_in == ("targeting", "request")
    assert whole.retention_months == 24
    assert whole.audience.when == (
        Condition("lives_alone", equals=True),
        Condition("built_year", at_least=1950, at_most=1974),
        Condition("arrears", at_least=1),
        Condition("answer_gas_smell", equals=True),
        Condition("outcome_seniors", equals="completed"),
    )
    assert [one.code for one in whole.tiers] == ["kit", "full"]
    assert [tier and tier.code for tier in map(whole.tier_of, (0, 29, 30))] == [
        "kit", "kit", "full"
    ]  # fmt: skip
    assert [one.code for one in whole.paths[0].steps] == ["file", "decision"]
    assert whole.adaptation_step("visit") == AdaptationStep("visit", "20d", "coordinator")
    assert whole.adaptation_step("works") == AdaptationStep("works", "2m")
    assert whole.adaptation_step("decision") == AdaptationStep("decision")
    assert (whole.objectives[1].paper, whole.objectives[1].share) == ("training", 0.6)
    assert whole.rent == RentRule(0.25)
    assert (whole.objectives[0].number, whole.objectives[0].by) == (40, date(2026, 12, 31))
    assert (whole.budget[0].amount, whole.budget[0].ends_on) == (12000, date(2026, 12, 31))
    assert whole.partners[0].rights == ("call", "visit")


def test_a_programme_is_published_once_and_changed_as_a_new_version(session: Session) -> None:
    publish_form(session, home_visit(), by=None, now=NOW)
    first = publish_programme(session, SHORT, source="heat.toml", by=None, now=NOW)
    again = publish_programme(session, SHORT, source="heat.toml", by=None, now=NOW)
    assert again is first
    assert find_programme(session, "heat").visit_kind("").minutes == 30
    longer = SHORT.replace("visit_minutes = 30", "visit_minutes = 45")
    second = publish_programme(session, longer, source="heat.toml", by=None, now=NOW)
    assert (first.version, second.version) == (1, 2)
    assert find_programme(session, "heat").visit_kind("").minutes == 45
    assert version_of(session, "heat", 1).toml == SHORT
    with pytest.raises(NotFound):
        version_of(session, "heat", 3)
    with pytest.raises(NotFound):
        find_programme(session, "cold")


def test_a_programme_whose_form_is_not_published_is_refused_and_nothing_is_kept(
    session: Session,
) -> None:
    with pytest.raises(Conflict, match="form_not_published"):
        publish_programme(session, SHORT, source="heat.toml", by=None, now=NOW)
    assert "heat" not in load_programmes(session)


def test_whoever_is_in_a_programme_keeps_the_version_she_came_in_with(session: Session) -> None:
    publish_form(session, home_visit(), by=None, now=NOW)
    publish_programme(session, SHORT, source="heat.toml", by=None, now=NOW)
    person = make_person(session, dwelling=make_dwelling(session))
    viewer = make_viewer(make_user(session))
    programme = find_programme(session, "heat")
    (case,) = enrol(session, programme, [person.id], viewer=viewer, now=NOW)
    longer = SHORT.replace("visit_minutes = 30", "visit_minutes = 45")
    publish_programme(session, longer, source="heat.toml", by=None, now=NOW)
    held = programme_of(session, case)
    assert held is not None
    newest = find_programme(session, "heat")
    assert (held.visit_kind("").minutes, newest.visit_kind("").minutes) == (30, 45)


def test_who_was_enrolled_before_programmes_had_versions_came_in_with_the_first(
    session: Session,
) -> None:
    publish_form(session, home_visit(), by=None, now=NOW)
    case = make_case(session, by=make_user(session), programme="heat")
    assert programme_of(session, case) is None
    made = publish_programme(session, SHORT, source="heat.toml", by=None, now=NOW)
    session.refresh(case)
    assert case.programme_version_id == made.id


def test_an_upgrade_leaves_what_a_landlord_changed_of_a_shipped_programme(
    session: Session,
) -> None:
    for form in shipped_programmes_read()["seniors"].all_forms:
        publish_form(session, replace(home_visit(), form_id=form), by=None, now=NOW)
    own = SENIORS.replace("max_calls = 3", "max_calls = 5")
    publish_programme(session, own, source="seniors.toml", by=None, now=NOW)
    before = session.scalar(select(func.count()).select_from(ProgrammeVersion))
    publish_shipped_programmes(session, now=NOW)
    assert session.scalar(select(func.count()).select_from(ProgrammeVersion)) == before
    assert find_programme(session, "seniors").protocol.max_calls == 5
