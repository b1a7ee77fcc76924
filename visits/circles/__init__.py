"""Named people of several organisations around some cases: who is told what, month by month."""
