"""Answers that are choices, and their labels."""

from __future__ import annotations

import math

from ..scope import ExpressionFailed, Scope
from ..values import Value, number_of, text_of
from .registry import function


@function("selected", 2)
def selected(scope: Scope, answer: Value, choice: Value) -> Value:
    """Tell whether a choice is among those picked."""
    return text_of(choice).strip() in text_of(answer).split()


@function("selected-at", 2)
def selected_at(scope: Scope, answer: Value, place: Value) -> Value:
    """Give the choice picked at a place counted from 0."""
    at = number_of(place, scope.zone)
    picked = text_of(answer).split()
    return "" if math.isnan(at) or not 0 <= int(at) < len(picked) else picked[int(at)]


@function("count-selected", 1)
def count_selected(scope: Scope, answer: Value) -> Value:
    """Count the choices picked."""
    return float(len(text_of(answer).split()))


@function("jr-choice-name", 2)
def choice_name(scope: Scope, answer: Value, question: Value) -> Value:
    """Give the label of a choice; the compiler replaces this by a look at the question."""
    raise ExpressionFailed("the question of jr:choice-name must be written out")


@function("jr-itext", 1)
def itext(scope: Scope, ident: Value) -> Value:
    """Give a text of the form in the language of the visit."""
    return scope.words.itext(text_of(ident), scope)
