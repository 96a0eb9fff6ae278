#!/usr/bin/env bash
# The one command that checks the project, also on a machine that has only Python, pip and git:
#
#     bash tests/run.sh              everything: ruff, mypy, all tests
#     bash tests/run.sh ARG...       pytest with these arguments, and nothing else
#
# It makes and fills a virtual environment once: the one that is active, $SPRY_VENV, or .venv. What
# tests need besides (a browser, some shells) it installs where it may, on Debian as root or with a
# sudo that asks for no password; elsewhere it says what is skipped. With CI=true a missing browser
# is a failure. Quiet steps, and at the end one line; the exit status is true.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/.."

venv=${SPRY_VENV:-${VIRTUAL_ENV:-$PWD/.venv}}
export PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_INPUT=1

say() { printf '== %s\n' "$*"; }
die() { printf 'Error: %s\n' "$*" >&2; exit 1; }
has() { command -v "$1" >/dev/null 2>&1; }

find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11 python; do
        if has "$name" && "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))'; then
            echo "$name"
            return
        fi
    done
    die 'Python 3.11 or later is needed, and none is on PATH'
}

make_venv() {
    [ -x "$venv/bin/python" ] && "$venv/bin/python" -m pip --version >/dev/null 2>&1 && return
    local python
    python=$(find_python)
    say "making a virtual environment in $venv"
    "$python" -m venv "$venv" >/dev/null 2>&1 && return
    # Debian's Python lacks the module that brings pip into an environment; its own pip can.
    "$python" -m venv --without-pip "$venv"
    "$python" -m pip --python "$venv/bin/python" install -qq pip ||
        die "$python can make no virtual environment (Debian: apt-get install python3-venv)"
}

install_project() {
    local stamp=$venv/spry-jupyter.installed state
    state=$({ pwd && cat pyproject.toml spry_jupyter/labextension/built-from.sha256; } | cksum)
    [ "$(cat "$stamp" 2>/dev/null)" = "$state" ] && return
    say "installing the project and what its tests use into $venv"
    "$venv/bin/python" -m pip install -qq --editable '.[dev]'
    echo "$state" >"$stamp"
}

has_browser() {
    [ -n "${SPRY_CHROMIUM:-}" ] || has chromium || has chromium-browser || has google-chrome
}

has_postgres() {
    has initdb || compgen -G '/usr/lib/postgresql/*/bin/initdb' >/dev/null
}

apt() {
    local sudo=
    [ "$(id -u)" = 0 ] || sudo='sudo -n'
    # A question would wait for ever, and the log is only of use when something went wrong.
    $sudo env DEBIAN_FRONTEND=noninteractive apt-get -qq -o Dpkg::Use-Pty=0 "$@" </dev/null >/dev/null
}

may_apt() {
    has apt-get && [ -f /etc/debian_version ] && { [ "$(id -u)" = 0 ] || sudo -n true 2>/dev/null; }
}

install_programs() {
    local missing=() name
    has_browser || missing+=(chromium)
    for name in fish openssl ruby sqlite3 zsh; do
        has "$name" || missing+=("$name")
    done
    has node || missing+=(nodejs)
    if ! has_postgres; then
        # Its package starts a server, so it is brought only to machines that are for tests alone.
        if [ "${CI:-}" = true ]; then
            missing+=(postgresql)
        else
            say 'skipped: migrations on PostgreSQL, for it is not installed'
        fi
    fi
    [ ${#missing[@]} -gt 0 ] || return 0
    if may_apt; then
        say "installing ${missing[*]}"
        if ! { apt update && apt install -y --no-install-recommends "${missing[@]}"; }; then
            say 'that failed; going on without'
        fi
    fi
    for name in "${missing[@]}"; do
        if [ "$name" = chromium ] && ! has_browser; then
            [ "${CI:-}" != true ] || die 'no Chromium, and it could not be installed'
            say 'skipped: the tests in a browser, for there is no Chromium (or set SPRY_CHROMIUM)'
        elif [ "$name" = postgresql ]; then
            has_postgres || say 'skipped: migrations on PostgreSQL, for it could not be installed'
        elif ! has "$name"; then
            say "skipped: what needs $name, for it is not installed"
        fi
    done
}

failed=() passed=()

check() { # check NAME COMMAND...: run it, go on whatever came of it
    local name=$1
    shift
    say "$name"
    if "$@"; then passed+=("$name"); else failed+=("$name"); fi
}

make_venv
install_project
install_programs

# Tests find the interpreter's own commands (jupyter, papermill) as their users would.
export PATH="$venv/bin:$PATH" VIRTUAL_ENV="$venv"

if [ $# -eq 0 ]; then
    check 'ruff check' ruff check .
    check 'ruff format' ruff format --check .
    check 'mypy' mypy
fi
check 'pytest' python -m pytest "$@"

if [ ${#failed[@]} -gt 0 ]; then
    printf '\n✗ failed: %s\n' "$(printf '%s, ' "${failed[@]}" | sed 's/, $//')"
    exit 1
fi
printf '\n✓ passed: %s\n' "$(printf '%s, ' "${passed[@]}" | sed 's/, $//')"
