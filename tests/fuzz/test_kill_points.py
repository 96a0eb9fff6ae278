"""Whoever is killed, at whatever moment: nothing is left, and what is known is true."""

from __future__ import annotations

import random

import pytest
from kill_points import LONGEST, TARGETS, trial


@pytest.mark.parametrize("target", TARGETS)
def test_a_kill_at_a_random_moment_leaves_no_process_and_a_true_record(target: str) -> None:
    for moment in (0.0, random.random() * LONGEST):
        done = trial(target, moment)
        assert done.faults == (), moment
        assert done.hit or moment, target  # just begun, it is there to be killed
