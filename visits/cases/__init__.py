"""A case has a life of its own: opened, paused, closed, reopened; what is due in it, and when."""
