"""What all tests share."""

from __future__ import annotations

import os

# The product's streams hold back what is written to them, as its users' do: where the tests'
# own environment says otherwise, what is lost on the way out would not be seen.
os.environ.pop("PYTHONUNBUFFERED", None)
