"""The words of a form in its languages, with the answers they quote."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TypeAlias

from lxml import etree

from .xpath import (
    Evaluate,
    ExpressionFailed,
    Node,
    Scope,
    compile_expression,
    text_of,
)

XFORMS = "{http://www.w3.org/2002/xforms}"
GAP = "…"
_ITEXT = re.compile(r"\s*jr:itext\(\s*'([^']*)'\s*\)\s*")
_CODE = re.compile(r"\(([A-Za-z]{2,3})(?:-[A-Za-z]+)?\)\s*$")
# Languages as workbooks from elsewhere name them, without a code.
# A number alone with its decimals, as the tablet tells one; never a date or a version.
_DECIMAL = re.compile(r"(?<![\d.,])(\d+)\.(\d+)(?![\d.,]*\d)")
_NAMED = {"français": "fr", "francais": "fr", "french": "fr", "english": "en", "anglais": "en"}


@dataclass(frozen=True, slots=True)
class Quote:
    """A place in a sentence where an answer is read out."""

    source: str
    evaluate: Evaluate


Sentence: TypeAlias = tuple[str | Quote, ...]


@dataclass(frozen=True, slots=True)
class Wording:
    """Words that stand in the element itself, or under an id in the translations."""

    ident: str = ""
    inline: Sentence = ()


def read_sentence(element: etree._Element) -> Sentence:
    """Read text mixed with quotes of answers."""
    parts: list[str | Quote] = [element.text or ""]
    for child in element:
        source = child.get("value", "") if child.tag == f"{XFORMS}output" else ""
        if source:
            parts.append(Quote(source, compile_expression(source)))
        else:
            parts.append("".join(str(part) for part in child.itertext()))
        parts.append(child.tail or "")
    return tuple(part for part in parts if part != "")


def read_wording(element: etree._Element | None) -> Wording:
    """Read a label or hint element; an absent one says nothing."""
    if element is None:
        return Wording()
    ident = _ITEXT.fullmatch(element.get("ref", ""))
    return Wording(ident=ident[1]) if ident else Wording(inline=read_sentence(element))


def read_message(message: str | None) -> Wording:
    """Read the message of a constraint or of a required answer."""
    if not message:
        return Wording()
    ident = _ITEXT.fullmatch(message)
    return Wording(ident=ident[1]) if ident else Wording(inline=(message,))


@dataclass(frozen=True, slots=True)
class Texts:
    """All translated texts of a form, by language code and id."""

    languages: tuple[str, ...]
    by_language: Mapping[str, Mapping[str, Sentence]]

    def sentence(self, wording: Wording, language: str) -> Sentence:
        """Find the words in a language, else in the default one."""
        if not wording.ident:
            return wording.inline
        for code in (language, *self.languages):
            found = self.by_language.get(code, {}).get(wording.ident)
            if found:
                return found
        return ()

    def plain(self, wording: Wording, language: str) -> str:
        """Give the words with a gap for each quote."""
        sentence = self.sentence(wording, language)
        return "".join(GAP if isinstance(part, Quote) else part for part in sentence).strip()

    def filled(self, wording: Wording, scope: Scope, node: Node) -> str:
        """Give the words with the answers they quote, as seen from a node."""
        sentence = self.sentence(wording, scope.language)
        return "".join(
            _quoted(part, scope, node) if isinstance(part, Quote) else part for part in sentence
        ).strip()


def _quoted(quote: Quote, scope: Scope, node: Node) -> str:
    scope.current = node
    try:
        value = quote.evaluate(scope, node)
        if isinstance(value, list) and value:
            return spoken_decimals(scope.words.spoken(value[0], scope), scope.language)
        return spoken_decimals(text_of(value), scope.language)
    except (ExpressionFailed, ArithmeticError, ValueError):
        return ""


def spoken_decimals(text: str, language: str) -> str:
    """Write 12.5 as 12,5 in French; as the tablet does, dates and versions stay as they are."""
    return _DECIMAL.sub(r"\1,\2", text) if language == "fr" else text


def language_code(name: str) -> str:
    """Give the code of a language column: `Français (fr)` is `fr`."""
    match = _CODE.search(name)
    code = (match[1] if match else name).strip().lower()
    return _NAMED.get(code, code)


def read_texts(model: etree._Element) -> Texts:
    """Read the translations of a form."""
    found: dict[str, dict[str, Sentence]] = {}
    default = ""
    for translation in model.iterfind(f"{XFORMS}itext/{XFORMS}translation"):
        code = language_code(translation.get("lang", ""))
        if translation.get("default") is not None:
            default = code
        found[code] = {
            text.get("id", ""): read_sentence(_written(text))
            for text in translation.iterfind(f"{XFORMS}text")
        }
    languages = sorted(found, key=lambda code: code != default)
    return Texts(tuple(languages), found)


def _written(text: etree._Element) -> etree._Element:
    values = text.findall(f"{XFORMS}value")
    plain = [value for value in values if not value.get("form")]
    return plain[0] if plain else etree.Element("value")
