"""Running attempts on the workers of a Dask cluster.

    runner ── submit, stop, sweep ──▶ scheduler (`arbiter`) ──▶ worker (`worker`) ──▶ supervisor
    runner ◀── news ─────────────────────────────────────────────────────────────────────┘

Dask finds a worker for an attempt that is ready and keeps the rest waiting; what is ready, and what
follows from an ending, is decided where it always is.
"""
