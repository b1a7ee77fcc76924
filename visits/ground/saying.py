"""Whether something typed says anything at all."""


def letters_in(text: str) -> int:
    """Count the letters and digits of a text, of any alphabet: a full stop alone says nothing."""
    return sum(1 for one in text if one.isalnum())
