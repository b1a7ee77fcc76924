"""What is done with somebody in a case, week after week."""
