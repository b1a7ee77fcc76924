"""Collective sessions of a programme. They change nobody's score, and no case."""
