"""What `make bench` measures: figures to compare within one run, never a test."""

import warnings

# The embedded PostgreSQL says so once per import; nobody here has such a folder or needs one.
warnings.filterwarnings("ignore", message="XDG_RUNTIME_DIR")
