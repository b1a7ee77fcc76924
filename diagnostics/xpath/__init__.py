"""The XForms expression language on elementpath's XPath 1.0 parser: parsed once, compiled once."""

from __future__ import annotations

from .compiler import compile_expression
from .functions import FUNCTIONS
from .grammar import ExpressionError
from .nodes import Node
from .references import beyond_tablet, functions_called, references
from .scope import Evaluate, ExpressionFailed, Scope, TooMuchWork, Words
from .values import Value, number_of, number_text, text_of, truth_of

__all__ = [
    "FUNCTIONS",
    "Evaluate",
    "ExpressionError",
    "ExpressionFailed",
    "Node",
    "Scope",
    "TooMuchWork",
    "Value",
    "Words",
    "beyond_tablet",
    "compile_expression",
    "functions_called",
    "number_of",
    "number_text",
    "references",
    "text_of",
    "truth_of",
]
