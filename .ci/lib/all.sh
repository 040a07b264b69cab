# shellcheck shell=bash
# Every step, and the two orders they are run in. Sourced from the root of the checkout.

. .ci/lib/common.sh
. .ci/lib/newer-postgres.sh
. .ci/lib/postgres.sh
. .ci/lib/redis.sh
. .ci/lib/clients.sh
. .ci/lib/s3.sh

# Brings what is missing; with everything there it asks no network.
provide_all() {
  mkdir -p "$CI_CACHE"
  timed 'PostgreSQL with pgvector' provide_postgres
  timed 'Redis' provide_redis
  timed 'An S3 server' provide_s3
  timed 'Chromium' provide_chromium
  timed 'JavaScript runtimes' provide_runtimes
  timed 'Python with the published client' provide_published_client
  timed 'Pythons with LangChain' provide_python_lines
}

# start_services STATEFOLDER POSTGRESPORT REDISPORT S3PORT: starts all and exports where the suite finds them.
start_services() {
  mkdir -p "$1"
  timed 'PostgreSQL started' start_postgres "$1" "$2"
  timed 'Redis started' start_redis "$1" "$3"
  timed 'S3 started' start_s3 "$1" "$4"
  export PACT_TEST_DATABASE_URL="postgres://postgres@127.0.0.1:$2/pact_test"
  export PACT_TEST_REDIS_URL="redis://127.0.0.1:$3"
  export PACT_TEST_S3_ENDPOINT="http://127.0.0.1:$4"
  export PACT_TEST_FULL=1
  # What tests that start a server of their own run PostgreSQL's programs with.
  export PACT_TEST_POSTGRES_TOOL="$PWD/.ci/postgres-tool"
}

print_exports() {
  local name
  for name in "${!PACT_TEST_@}"; do
    printf 'export %s=%q\n' "$name" "${!name}"
  done
}

# services_are_running STATEFOLDER
services_are_running() {
  redis_is_running "$1" && postgres_is_running "$1"
}

# stop_services STATEFOLDER
stop_services() {
  stop_s3 "$1"
  stop_redis "$1"
  stop_postgres "$1"
}
