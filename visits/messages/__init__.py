"""What is said in writing: made once at its cause, to nobody who is to get none, sent once."""
