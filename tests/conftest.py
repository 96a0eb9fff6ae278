"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

# The product's streams hold back what is written to them, as its users' do: where the tests'
# own environment says otherwise, what is lost on the way out would not be seen.
os.environ.pop("PYTHONUNBUFFERED", None)

# How long an example takes says how busy the machine is, nothing about what is claimed.
settings.register_profile("claims", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("claims")

# For `--hypothesis-profile=long`: the fuzz tests as somebody runs them who has the time.
settings.register_profile(
    "long", max_examples=5_000, deadline=None, suppress_health_check=list(HealthCheck)
)
