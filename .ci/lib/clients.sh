# shellcheck shell=bash
# What the suite drives PACT with: a browser, other JavaScript runtimes, and Python with the published client.

PUBLISHED_CLIENT=tests/published-client/requirements.txt
RUNTIMES=tests/runtimes/versions.json

provide_chromium() {
  command -v chromium >/dev/null || apt_install chromium
  PACT_TEST_CHROMIUM="$(command -v chromium)" || fail "there is no chromium after its installation"
  export PACT_TEST_CHROMIUM
}

# Other JavaScript runtimes, as npm packages in the versions that are named there.
provide_runtimes() {
  local key folder
  key="$(sha256sum <"$RUNTIMES" | cut -c1-16)"
  folder="$CI_CACHE/runtimes-$key"
  locked "runtimes-$key" install_runtimes "$folder"
  export PACT_TEST_BUN="$folder/node_modules/.bin/bun"
  export PACT_TEST_DENO="$folder/node_modules/.bin/deno"
  export PACT_TEST_WORKERD="$folder/node_modules/.bin/workerd"
}

install_runtimes() {
  [ ! -f "$1/complete" ] || return 0
  rm -rf "$1"
  mkdir -p "$1"
  cp "$RUNTIMES" "$1/package.json"
  quietly npm install --prefix "$1" --no-audit --no-fund --foreground-scripts ||
    fail "could not install what $RUNTIMES names"
  touch "$1/complete"
}

# A Python that can make virtual environments: the first on PATH, else the distribution's.
provide_python() {
  PYTHON="$(command -v python3)" || PYTHON=/usr/bin/python3
  if ! "$PYTHON" -c 'import venv, ensurepip' 2>/dev/null; then
    apt_install python3 python3-venv
    PYTHON=/usr/bin/python3
  fi
}

# One environment per list of versions and per Python, kept in the cache.
provide_published_client() {
  local key
  provide_python
  key="$({ "$PYTHON" -VV && cat "$PUBLISHED_CLIENT"; } | sha256sum | cut -c1-16)"
  locked "published-client-$key" build_python_environment "$CI_CACHE/published-client-$key" "$PUBLISHED_CLIENT"
  export PACT_TEST_PYTHON="$CI_CACHE/published-client-$key/bin/python"
}

# Pythons for the tests of our own package: one with LangChain 1 and LangGraph, one with LangChain 0.3.
provide_python_lines() {
  local line key versions
  provide_python
  for line in current legacy; do
    versions="python/pact-langchain/constraints/$line.txt"
    key="$({ "$PYTHON" -VV && cat "$versions"; } | sha256sum | cut -c1-16)"
    locked "python-$line-$key" build_python_environment "$CI_CACHE/python-$line-$key" "$versions"
    export "PACT_TEST_PYTHON_${line^^}=$CI_CACHE/python-$line-$key/bin/python"
  done
}

# build_python_environment FOLDER REQUIREMENTS: every version is named there, so that nothing is resolved.
build_python_environment() {
  local folder="$1" requirements="$2" python="$1/bin/python"
  [ ! -f "$folder/complete" ] || return 0
  rm -rf "$folder"
  quietly "$PYTHON" -m venv "$folder" || fail "could not make a Python environment"
  quietly "$python" -m pip install --no-input --disable-pip-version-check --no-deps -r "$requirements" ||
    fail "could not install what $requirements names"
  quietly "$python" -m pip check || fail "the versions in $requirements do not fit together"
  touch "$folder/complete"
}
