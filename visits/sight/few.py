"""Counts that point at nobody: under five persons nothing is told, the rest is rounded to five."""

FEWEST = 5


def rounded(count: int) -> int:
    """Round a count to the nearest five."""
    return (count + FEWEST // 2) // FEWEST * FEWEST


def told_of(count: int, *, persons: int) -> int | None:
    """Give a count about so many persons as a stranger may know it; None when they are few.

    None stands for nobody too: a cell that says “none” would tell what is left of the others.
    """
    return rounded(count) if min(persons, count) >= FEWEST else None
