"""One word a thing, in both languages: none is missing, none says something else."""

import pytest
from flask import Flask
from flask_babel import force_locale

from diagnostics import codes
from visits.models import works
from webapp.words import word


@pytest.mark.parametrize("trade", codes.TRADES)
def test_every_trade_has_its_word_in_both_languages(app: Flask, trade: str) -> None:
    with app.test_request_context():
        for language in ("fr", "en"):
            with force_locale(language):
                assert word("trade", trade) == codes.TRADES[trade].in_language(language)


def test_severities_of_workbooks_and_of_works_are_the_same() -> None:
    assert [str(one) for one in codes.Severity] == [str(one) for one in works.Severity]


def test_one_english_word_with_two_meanings_has_two_french_ones(app: Flask) -> None:
    with app.test_request_context(), force_locale("fr"):
        assert word("score", "home") == "Logement"  # "Home" is also the first page: Accueil
