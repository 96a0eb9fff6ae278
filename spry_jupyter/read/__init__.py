"""Text to tasks and back: one grammar for a cell magic's line and a fence's line."""
