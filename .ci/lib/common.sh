# shellcheck shell=bash
# What every step shares: where things are kept, how a step is timed, how a package is brought.

# Outside the checkout, so that a fresh clone finds what an earlier run has built.
# shellcheck disable=SC2034 # the other files use it
CI_CACHE="${PACT_CI_CACHE:-${XDG_CACHE_HOME:-$HOME/.cache}/pact-ci}"
APT_IS_FRESH=no

fail() {
  printf 'ci: %s\n' "$1" >&2
  exit 1
}

# timed LABEL COMMAND...: runs it in this shell (steps set variables) and prints how long it took.
timed() {
  local label="$1" startedAt="${EPOCHREALTIME/[.,]/}" tookMs
  shift
  "$@"
  tookMs=$((("${EPOCHREALTIME/[.,]/}" - startedAt) / 1000))
  printf 'ci: %-32s %3d.%d s\n' "$label" $((tookMs / 1000)) $((tookMs % 1000 / 100))
}

# quietly COMMAND...: a package manager says too much when it works, and is needed whole when it does not.
quietly() {
  local log status=0
  log="$(mktemp)"
  "$@" >"$log" 2>&1 </dev/null || status=$?
  if [ "$status" -ne 0 ]; then
    cat "$log" >&2
  fi
  rm -f "$log"
  return "$status"
}

as_root() {
  if [ "$(id -u)" -eq 0 ]; then
    "$@"
  else
    sudo -n "$@"
  fi
}

apt_refresh() {
  if [ "$APT_IS_FRESH" = no ]; then
    command -v apt-get >/dev/null || fail "apt-get is needed to install what the suite uses"
    quietly as_root apt-get update || fail "apt-get update failed"
    APT_IS_FRESH=yes
  fi
}

# apt_install PACKAGE...: asks the network only when a package is missing.
apt_install() {
  local package missing=()
  for package in "$@"; do
    if [ "$(dpkg-query -W -f='${db:Status-Status}' "$package" 2>/dev/null)" != installed ]; then
      missing+=("$package")
    fi
  done
  if [ "${#missing[@]}" -gt 0 ]; then
    apt_refresh
    quietly as_root env DEBIAN_FRONTEND=noninteractive \
      apt-get install -y --no-install-recommends "${missing[@]}" || fail "could not install ${missing[*]}"
  fi
}

# locked NAME COMMAND...: what two runs on one machine must not build at once; the later one waits.
locked() {
  local name="$1" lock
  shift
  exec {lock}>"$CI_CACHE/$name.lock"
  flock "$lock"
  "$@"
  exec {lock}>&-
}

# Node is there wherever PACT is, so it asks the kernel for a port that nobody listens on.
free_port() {
  node -e 'const server = require("node:net").createServer();
    server.listen(0, "127.0.0.1", () => { console.log(server.address().port); server.close(); });'
}

# stop_by_pid_file PIDFILE: ends the process whose number stands there, and waits until it has.
stop_by_pid_file() {
  local pid
  pid="$(cat "$1")"
  kill "$pid"
  while kill -0 "$pid" 2>/dev/null; do sleep 0.05; done
}
