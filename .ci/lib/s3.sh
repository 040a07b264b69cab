# shellcheck shell=bash
# An S3 API on loopback: moto, in memory.

S3_SERVER=tests/s3-server/requirements.txt

# One environment per list of versions and per Python, kept in the cache.
provide_s3() {
  local key
  provide_python
  key="$({ "$PYTHON" -VV && cat "$S3_SERVER"; } | sha256sum | cut -c1-16)"
  locked "s3-server-$key" build_python_environment "$CI_CACHE/s3-server-$key" "$S3_SERVER"
  S3_PYTHON="$CI_CACHE/s3-server-$key/bin/python"
}

# start_s3 STATEFOLDER PORT
start_s3() {
  local state="$1" port="$2" tries=0
  "$S3_PYTHON" -m moto.server -H 127.0.0.1 -p "$port" >"$state/s3.log" 2>&1 </dev/null &
  printf '%s\n' "$!" >"$state/s3.pid"
  disown
  until "$S3_PYTHON" -c "import urllib.request as http; http.urlopen('http://127.0.0.1:$port/moto-api/')" 2>/dev/null; do
    tries=$((tries + 1))
    if [ "$tries" -gt 300 ]; then
      cat "$state/s3.log" >&2
      fail "the S3 server did not answer on port $port"
    fi
    sleep 0.1
  done
}

# s3_is_running STATEFOLDER: the command is asked too, since after a crash the number may be someone else's.
s3_is_running() {
  [ -f "$1/s3.pid" ] && grep -qs moto.server "/proc/$(cat "$1/s3.pid")/cmdline"
}

# stop_s3 STATEFOLDER
stop_s3() {
  if s3_is_running "$1"; then
    stop_by_pid_file "$1/s3.pid"
  fi
  rm -f "$1/s3.pid" "$1/s3.log"
}
