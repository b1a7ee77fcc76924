"""Reads for lists, agendas and the map. Every read of a person passes `visible_persons`."""

from visits.queries.reach import Reach, Viewer, answers, find_person, visible_persons

__all__ = ["Reach", "Viewer", "answers", "find_person", "visible_persons"]
