"""What must agree within a programme: codes, what names them, cadences that would never end."""

from collections.abc import Iterable, Mapping
from typing import Any, NoReturn

from marshmallow import ValidationError

from visits.programmes.facts import MONEY
from visits.programmes.shape import COUNTED_FROM, DONE

NOT_ALLOWED = "le programme ne dit pas qu’il peut l’utiliser (may_use)"
# What is counted as a share: of those who stay, those of whom a paper came; of those whose rent is
# known, those who keep to the rule.
WITH_PAPER, RENT_WITHIN = "staying_with_paper", "rent_within"
TWICE = {
    "visit_kind": "deux types de visite ont le même code",
    "tier": "deux niveaux ont le même code",
    "criterion": "deux critères ont le même code",
    "cadence": "deux cadences ont le même code",
    "motive": "deux motifs ont le même code",
    "outcome": "deux issues ont le même code",
    "path": "deux parcours ont le même code",
    "step": "deux étapes ont le même code",
    "document": "deux pièces ont le même code",
    "objective": "deux objectifs ont le même code",
    "budget_line": "deux lignes de budget ont le même code",
}


def check_codes(things: Iterable[Any], key: str) -> None:
    """Refuse two things of one code."""
    codes = [thing.code for thing in things]
    if len(set(codes)) < len(codes):
        raise ValidationError(TWICE[key], key)


def check_one_medical(papers: Iterable[Any]) -> None:
    """Refuse two papers that one and the same medical validation would stand for."""
    if sum(one.medical for one in papers) > 1:
        raise ValidationError("une seule pièce est la validation médicale", "document")


def check_condition(said: Mapping[str, Any], kind: type) -> None:
    """Refuse to compare a fact with what it never is."""
    equals = said.get("equals")
    if kind is bool and (len(said) > 2 or not isinstance(equals, bool)):
        raise ValidationError("oui ou non est attendu : equals = true ou false", "equals")
    if kind is str and (len(said) > 2 or not isinstance(equals, str)):
        raise ValidationError("un texte est attendu", "equals")
    if kind is int and isinstance(equals, bool | str):
        raise ValidationError("un nombre est attendu", "equals")


def check_money(programme: Mapping[str, Any]) -> None:
    """Refuse what asks for a household's money where the programme does not say that it may.

    Of a draft, whatever does not hold as yet is passed over: it has faults of its own.
    """
    allowed = programme.get("may_use") or ()
    asked: list[tuple[tuple[Any, ...], Any]] = [(("audience",), programme.get("audience"))]
    asked += [(("criterion", at), one) for at, one in enumerate(programme.get("targeting") or ())]
    for place, thing in asked:
        for index, one in enumerate(getattr(thing, "when", ())):
            if getattr(one, "fact", None) in MONEY and one.fact not in allowed:
                said: Any = {"when": {index: {"fact": [NOT_ALLOWED]}}}
                for key in reversed(place):
                    said = {key: said}
                raise ValidationError(said)


def check_cadence(said: Mapping[str, Any]) -> None:
    """Refuse a cadence that would never be due, or that asks for a visit without being one."""
    if not said.get("first_in") and not said.get("every"):
        raise ValidationError("indiquez first_in, every, ou les deux")
    if said["after"] == DONE and not said.get("every"):
        raise ValidationError("attendu avec after = « done » : quand revient-elle ?", "every")
    if said.get("visit_kind") and said["task"] != "visit":
        raise ValidationError("réservé aux visites", "visit_kind")


def check_cadences(cadences: Iterable[Any], kinds: Iterable[Any]) -> None:
    """Refuse cadences that name a kind of visit or a cadence that is not there, or wait in vain."""
    known = {one.code for one in kinds}
    after = {one.code: one.after for one in cadences}
    for index, cadence in enumerate(cadences):
        if cadence.code in COUNTED_FROM:
            _refuse(index, "code", f"« {cadence.code} » a déjà un sens pour after")
        if cadence.visit_kind and cadence.visit_kind not in known:
            _refuse(index, "visit_kind", f"type de visite inconnu ({cadence.visit_kind})")
        seen, at = {cadence.code}, cadence.after
        while at in after and at not in seen:
            seen.add(at)
            at = after[at]
        if at not in COUNTED_FROM:
            said = "attend une cadence qui l’attend" if at in after else "cadence inconnue"
            _refuse(index, "after", f"{said} ({at})")


def check_pace(support: Any, cadences: Iterable[Any]) -> None:
    """Refuse a pace that is no cadence of visits that come back."""
    if support is None or support.pace is None:
        return
    if not any(one.code == support.pace and one.task == "visit" and one.every for one in cadences):
        said = f"aucune cadence de visites qui reviennent ne s’appelle « {support.pace} »"
        raise ValidationError({"support": {"pace": [said]}})


def check_steps(rows: Iterable[Any], key: str) -> None:
    """Refuse to say something twice of one step."""
    steps = [one.step for one in rows]
    if len(set(steps)) < len(steps):
        raise ValidationError("deux fois la même étape", key)


def check_visits(steps: Iterable[Any], kinds: Iterable[Any]) -> None:
    """Refuse a step of an adaptation whose visit is no kind of visit of the programme."""
    known = {one.code for one in kinds}
    for index, one in enumerate(steps):
        if one.visit_kind is not None and one.visit_kind not in known:
            said = f"type de visite inconnu ({one.visit_kind})"
            raise ValidationError({"adaptation_step": {index: {"visit_kind": [said]}}})


def check_inventory(admission: Any, kinds: Iterable[Any]) -> None:
    """Refuse an entry inventory that is no kind of visit of the programme."""
    if admission is None or admission.inventory is None:
        return
    if admission.inventory not in {one.code for one in kinds}:
        said = f"type de visite inconnu ({admission.inventory})"
        raise ValidationError({"admission": {"inventory": [said]}})


def check_objective(said: Mapping[str, Any]) -> None:
    """Refuse an objective that says both how many and which share, or the one it is not."""
    of_papers, of_rents = (said["counter"] == one for one in (WITH_PAPER, RENT_WITHIN))
    shared = of_papers or of_rents
    for key, needed in (("number", not shared), ("share", shared), ("paper", of_papers)):
        if needed and key not in said:
            raise ValidationError("champ obligatoire absent", key)
        if key in said and not needed:
            raise ValidationError("cet objectif ne se compte pas ainsi", key)


def check_papers(objectives: Iterable[Any], admission: Any) -> None:
    """Refuse to count a paper that is none of the admission, or that only a doctor gives."""
    papers = admission.documents if admission else ()
    known = {one.code for one in papers if not one.medical}
    for index, one in enumerate(objectives):
        if one.paper is not None and one.paper not in known:
            said = f"aucune pièce de l’admission ne s’appelle ainsi ({one.paper})"
            raise ValidationError({"objective": {index: {"paper": [said]}}})


def check_rents(objectives: Iterable[Any], rule: Any) -> None:
    """Refuse to count who keeps to a rule that the programme does not have."""
    for index, one in enumerate(objectives):
        if one.counter == RENT_WITHIN and rule is None:
            said = "le programme ne dit pas quelle part des revenus (rent.share_at_most)"
            raise ValidationError({"objective": {index: {"counter": [said]}}})


def _refuse(index: int, field: str, said: str) -> NoReturn:
    raise ValidationError({"cadence": {index: {field: [said]}}})
