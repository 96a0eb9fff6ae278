"""Certificates for encrypted connections of a cluster on this machine."""

from __future__ import annotations

import subprocess
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path


def certificates(folder: Path) -> dict[str, str]:
    """Make one for everybody; return the variables that tell Dask of it."""
    key, cert = str(folder / "key.pem"), str(folder / "cert.pem")
    kind = ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"]
    what = ["-subj", "/CN=localhost", "-days", "1", "-keyout", key, "-out", cert]
    subprocess.run(["openssl", "req", "-x509", *kind, *what], check=True, capture_output=True)
    prefix = "DASK_DISTRIBUTED__COMM__TLS__"
    found = {f"{prefix}CA_FILE": cert}
    for role in ("SCHEDULER", "WORKER", "CLIENT"):
        found |= {f"{prefix}{role}__CERT": cert, f"{prefix}{role}__KEY": key}
    return found
