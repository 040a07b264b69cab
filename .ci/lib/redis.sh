# shellcheck shell=bash
# Redis: nothing on disk, loopback only.

provide_redis() {
  command -v redis-server >/dev/null || apt_install redis-server
}

# start_redis STATEFOLDER PORT
start_redis() {
  local state="$1" port="$2" tries=0
  quietly redis-server --bind 127.0.0.1 --port "$port" --save '' --appendonly no --daemonize yes \
    --dir "$state" --pidfile "$state/redis.pid" --logfile "$state/redis.log" || fail "Redis did not start"
  until [ "$(redis-cli -h 127.0.0.1 -p "$port" ping 2>/dev/null)" = PONG ]; do
    tries=$((tries + 1))
    if [ "$tries" -gt 100 ]; then
      cat "$state/redis.log" >&2
      fail "Redis did not answer on port $port"
    fi
    sleep 0.1
  done
}

# redis_is_running STATEFOLDER: the name is asked too, since after a crash the number may be someone else's.
redis_is_running() {
  [ -f "$1/redis.pid" ] && [ "$(cat "/proc/$(cat "$1/redis.pid")/comm" 2>/dev/null)" = redis-server ]
}

# stop_redis STATEFOLDER
stop_redis() {
  if redis_is_running "$1"; then
    stop_by_pid_file "$1/redis.pid"
  fi
  rm -f "$1/redis.pid" "$1/redis.log"
}
