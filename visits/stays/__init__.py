"""Places in residences, and who stays in them."""
