"""What `make bench` measures: figures to compare within one run, never a test."""
