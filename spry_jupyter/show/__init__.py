"""Showing it: pure functions from graphs and views of a run to text and pictures."""
