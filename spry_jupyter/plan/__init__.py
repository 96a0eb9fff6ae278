"""The graph of tasks and the plan of a run. Pure: no clock, no I/O, no thread."""
