"""What a check came to is kept, and read again as if the rules had been worked out anew."""

import json
import re

import pytest

from diagnostics.forms import shipped
from diagnostics.reading import read_answers
from diagnostics.recall import outcome_of, recall
from diagnostics.submission import check
from diagnostics.wellformed import read_submission
from tests.diagnostics.builders import NOW
from tests.diagnostics.filling import filled_at_random, parsed


@pytest.mark.parametrize("name", shipped())
def test_what_was_kept_reads_as_a_new_check_would(name: str) -> None:
    form = parsed(name)
    right = filled_at_random(name, 3).xml
    # Numbers and codes spoilt here and there: every kind of mark turns up over the forms.
    spoilt = re.sub(rb">(yes|no|\d)<", lambda one: b">" + one[1] + b"9<", right, count=9)
    empty = re.sub(rb">(yes|no)<", b"><", right, count=5)
    for xml in (right, spoilt, empty):
        outcome = json.loads(json.dumps(outcome_of(form, check(form, xml, now=NOW))))
        for language in ("fr", "en"):
            anew = check(form, xml, now=NOW, language=language)
            kept = recall(form, read_submission(xml), outcome, now=NOW, language=language)
            assert kept == anew
            assert read_answers(form, kept, language=language) == read_answers(
                form, anew, language=language
            )
