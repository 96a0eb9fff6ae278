"""Doing it: processes that are always seen dead, their logs, deadlines and retries."""
