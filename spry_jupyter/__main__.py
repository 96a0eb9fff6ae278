"""`python -m spry_jupyter`."""

import sys

from spry_jupyter.cli import main

if __name__ == "__main__":
    sys.exit(main())
