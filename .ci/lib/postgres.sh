# shellcheck shell=bash
# PostgreSQL with pgvector: the machine's own when it has one, else one from a newer release (newer-postgres.sh).

# halfvec came with pgvector 0.7.
PGVECTOR_AT_LEAST=0.7
# Folder the server runs in by chroot; / is the machine itself.
POSTGRES_ROOT=/
POSTGRES_BIN=

# find_postgres ROOT: the newest PostgreSQL under ROOT whose pgvector is new enough and that has btree_gin.
find_postgres() {
  local root="${1%/}" version extensions control found
  while read -r version; do
    extensions="$root/usr/share/postgresql/$version/extension"
    control="$extensions/vector.control"
    [ -x "$root/usr/lib/postgresql/$version/bin/postgres" ] || continue
    [ -f "$control" ] || continue
    [ -f "$extensions/btree_gin.control" ] || continue
    found="$(sed -n "s/^default_version *= *'\(.*\)'.*/\1/p" "$control")"
    if dpkg --compare-versions "$found" ge "$PGVECTOR_AT_LEAST"; then
      POSTGRES_BIN="/usr/lib/postgresql/$version/bin"
      return 0
    fi
  done < <(find "$root/usr/lib/postgresql" -mindepth 1 -maxdepth 1 -printf '%f\n' 2>/dev/null | sort -rV)
  return 1
}

# The distribution's newest pgvector package that is new enough; nothing when there is none.
distribution_pgvector() {
  local package candidate
  while read -r package; do
    candidate="$(apt-cache policy "$package" | sed -n 's/^ *Candidate: //p')"
    if dpkg --compare-versions "$candidate" ge "$PGVECTOR_AT_LEAST"; then
      printf '%s' "$package"
      return
    fi
  done < <(apt-cache search --names-only '^postgresql-[0-9]+-pgvector$' | cut -d' ' -f1 | sort -rV)
}

provide_postgres() {
  local package
  if find_postgres / || { POSTGRES_ROOT="$(newer_postgres_root)" && find_postgres "$POSTGRES_ROOT"; }; then
    return
  fi
  POSTGRES_ROOT=/
  apt_refresh
  package="$(distribution_pgvector)"
  if [ -n "$package" ]; then
    apt_install "${package%-pgvector}" "$package"
  else
    locked postgres newer_postgres_build
    POSTGRES_ROOT="$(newer_postgres_root)"
  fi
  find_postgres "$POSTGRES_ROOT" || fail "PostgreSQL was installed, but without pgvector >= $PGVECTOR_AT_LEAST"
}

# postgres_tool NAME ARGUMENT...: a PostgreSQL program in its root, never as the superuser, which the server refuses.
postgres_tool() {
  local tool="$POSTGRES_BIN/$1" enter=()
  shift
  if [ "$POSTGRES_ROOT" != / ]; then
    enter=(chroot "--userspec=$NEWER_USER_ID:$NEWER_USER_ID" "$POSTGRES_ROOT")
  elif [ "$(id -u)" -eq 0 ]; then
    enter=(setpriv --reuid=postgres --regid=postgres --clear-groups)
  fi
  (cd / && exec env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C.UTF-8 "${enter[@]}" "$tool" "$@")
}

# Makes an empty folder that the server may write to, and prints its path as the server sees it.
new_postgres_folder() {
  local folder owner
  folder="$(mktemp -d "${POSTGRES_ROOT%/}/tmp/pact-postgres.XXXXXX")"
  if [ "$(id -u)" -eq 0 ]; then
    owner="$NEWER_USER_ID"
    [ "$POSTGRES_ROOT" != / ] || owner=postgres
    chown "$owner" "$folder"
  fi
  printf '/tmp/%s\n' "${folder##*/}"
}

# start_postgres STATEFOLDER PORT: a new, empty, durable cluster. Its data lies in the root that the server sees.
start_postgres() {
  local state="$1" port="$2" folder
  folder="$(new_postgres_folder)"
  printf '%s\n' "$POSTGRES_ROOT" "$POSTGRES_BIN" "${POSTGRES_ROOT%/}$folder" >"$state/postgres"
  quietly postgres_tool initdb -D "$folder/data" -U postgres --auth=trust --encoding=UTF8 --locale=C.UTF-8 --no-sync ||
    fail "initdb failed"
  quietly postgres_tool pg_ctl -D "$folder/data" -l "$folder/log" -w -t 60 \
    -o "-c listen_addresses=127.0.0.1 -c port=$port -c unix_socket_directories='' -c max_connections=200" start || {
    cat "${POSTGRES_ROOT%/}$folder/log" >&2
    fail "PostgreSQL did not start on port $port"
  }
  quietly postgres_tool psql -h 127.0.0.1 -p "$port" -U postgres -X -v ON_ERROR_STOP=1 \
    -c 'create role pact_test superuser login' -c 'create database pact_test owner pact_test' ||
    fail "could not create the database pact_test"
}

# postgres_is_running STATEFOLDER
postgres_is_running() {
  local noted pid
  [ -f "$1/postgres" ] || return 1
  mapfile -t noted <"$1/postgres"
  pid="$(head -n 1 "${noted[2]}/data/postmaster.pid" 2>/dev/null)" || return 1
  [ "$(cat "/proc/$pid/comm" 2>/dev/null)" = postgres ]
}

# stop_postgres STATEFOLDER: stops the server that start_postgres noted there and removes its data.
stop_postgres() {
  local noted
  [ -f "$1/postgres" ] || return 0
  mapfile -t noted <"$1/postgres"
  POSTGRES_ROOT="${noted[0]}" POSTGRES_BIN="${noted[1]}"
  if postgres_is_running "$1"; then
    quietly postgres_tool pg_ctl -D "/tmp/${noted[2]##*/}/data" -m immediate -w stop || true
  fi
  rm -rf "${noted[2]}" "$1/postgres"
}
