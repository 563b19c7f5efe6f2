"""`python -m clinic.demo`: what `make demo` calls."""

import os
import sys

from clinic.demo.stack import run

if __name__ == "__main__":
    sys.exit(run(os.environ))
