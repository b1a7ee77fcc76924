"""The sentence of a follow-up is read on another day than the one it was said on."""

import re
from datetime import UTC, datetime, timedelta

import pytest
import yaml

from diagnostics.forms import read_shipped, shipped
from tests.factories import NOW
from visits.following.promises import worded
from visits.ground.deadlines import today_in_paris

CALL = {"fr": "Appeler dans six mois, **sans faute**.", "en": "Call in six months, **surely**."}
LOOK = {"fr": "Dans 1 mois, vérifier le kit.", "en": "In a month, check the kit."}
LATE_EVENING = datetime(2026, 3, 10, 23, 30, tzinfo=UTC)  # the eleventh already in Paris


@pytest.mark.parametrize(
    ("label", "due_at", "french", "english"),
    [
        (CALL, NOW, "Appeler aujourd’hui, **sans faute**.", "Call today, **surely**."),
        (LOOK, NOW, "Aujourd’hui, vérifier le kit.", "Today, check the kit."),
        (LOOK, NOW - timedelta(days=1), "Maintenant, vérifier le kit.", "Now, check the kit."),
        (
            LOOK,
            LATE_EVENING,
            "Le 11 mars 2026, vérifier le kit.",
            "On 11 March 2026, check the kit.",
        ),
        (
            LOOK,
            datetime(2026, 9, 1, 8, tzinfo=UTC),
            "Le 1er septembre 2026, vérifier le kit.",
            "On 1 September 2026, check the kit.",
        ),
    ],
)
def test_a_follow_up_says_its_day(
    label: dict[str, str], due_at: datetime, french: str, english: str
) -> None:
    assert worded(label, due_on=today_in_paris(due_at), today=NOW.date()) == {
        "fr": french,
        "en": english,
    }


def test_a_sentence_for_another_day_keeps_the_date() -> None:
    assert worded(CALL, due_on=NOW.date())["fr"] == "Appeler le 10 mars 2026, **sans faute**."


def test_a_sentence_without_a_delay_stays() -> None:
    said = {"fr": "Essayer une fois par mois.", "en": "Fallen in the last twelve months."}
    assert worded(said, due_on=NOW.date(), today=NOW.date()) == said


@pytest.mark.parametrize("form", shipped())
def test_every_delay_a_shipped_follow_up_tells_becomes_its_day(form: str) -> None:
    rows = yaml.safe_load(read_shipped(form)).get("consequences", [])
    for row in (row for row in rows if row["kind"] == "follow_up"):
        said = worded(
            {"fr": row["label::fr"], "en": row["label::en"]}, due_on=NOW.date() + timedelta(days=30)
        )
        assert not re.search(r"\b(dans|d’ici|sous) \S+ (jour|semaine|mois|an)", said["fr"]), said
        assert not re.search(
            r"\b(in|within) (?!the )\S+ (day|week|month|year)", said["en"], re.I
        ), said
        assert ("2026" in said["fr"]) is ("2026" in said["en"]), said
