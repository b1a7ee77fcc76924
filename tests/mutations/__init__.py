"""Small deliberate faults, each of which a test must notice: `make mutations`."""
