#!/usr/bin/env bash
# Runs the real services on loopback ports, for tests and experiments:
#   scripts/services.sh install|start|stop|status [NAME…]     all of them by default; state and logs are in .services/
#   scripts/services.sh with COMMAND…                         starts them, runs the command with them, stops what it started
#   scripts/services.sh run NAME PORT FOLDER                  runs one in the foreground, for a test that may kill it
# Installs Debian packages, a Python environment and a Maven build if they are missing. `stop` stops what `start` started.
set -euo pipefail
cd "$(dirname "$0")/.."

all=(mongodb redis mlflow prometheus alertmanager node-exporter chromium tensorflow)
state="$PWD/.services"
declare -A port=([mongodb]=27190 [redis]=6390 [mlflow]=5190 [prometheus]=9190 [alertmanager]=9193 [node-exporter]=9101)
# Not servers: tests start one of them and load the other, which is built once.
port[chromium]=none port[tensorflow]=none
declare -A scheme=([mongodb]=mongodb [redis]=redis)

say() { printf '%s\n' "$*" >&2; }
fail() { say "$*"; exit 1; }

# Keep Debian from starting a service when it is installed: ours run on ports of their own.
packages() {
  local missing=() package
  for package in "$@"; do dpkg -s "$package" >/dev/null 2>&1 || missing+=("$package"); done
  [ ${#missing[@]} -eq 0 ] && return
  command -v apt-get >/dev/null || fail "Install ${missing[*]}: there is no apt-get here."
  say "installing ${missing[*]}"
  apt-get update -qq
  RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${missing[@]}" >/dev/null
}

# One environment for the MLflow server and for the Python libraries that tests and benchmarks compare with.
python_environment() {
  local wanted have="$state/python/requirements.txt"
  wanted=$(cat bench/peers/requirements.txt scripts/services/requirements.txt)
  [ -f "$have" ] && [ "$(cat "$have")" = "$wanted" ] && return
  say 'installing the Python peers and MLflow'
  rm -rf "$state/python"
  python3 -m venv "$state/python"
  "$state/python/bin/pip" install -q --disable-pip-version-check -r bench/peers/requirements.txt -r scripts/services/requirements.txt
  printf '%s\n' "$wanted" >"$have"
}

install() {
  mkdir -p "$state"
  case $1 in
    mongodb)
      command -v mongod >/dev/null && return
      command -v java >/dev/null && command -v mvn >/dev/null || packages default-jdk-headless maven
      [ -f "$state/mongodb-server/mongodb-server.jar" ] && return
      say 'building the MongoDB wire server'
      mvn -q -B -f scripts/services/mongodb-server/pom.xml -DoutputDirectory="$state/mongodb-server" package
      ;;
    redis) command -v redis-server >/dev/null || packages redis-server ;;
    mlflow) python_environment ;;
    prometheus) command -v prometheus >/dev/null || packages prometheus ;;
    alertmanager) command -v prometheus-alertmanager >/dev/null || packages prometheus-alertmanager ;;
    node-exporter) command -v prometheus-node-exporter >/dev/null || packages prometheus-node-exporter ;;
    tensorflow) scripts/services/tfjs-native.sh ;;
    chromium) command -v chromium >/dev/null || packages chromium fonts-dejavu-core ;;
  esac
}

# run NAME PORT FOLDER: replaces this process by the server.
run() {
  local name=$1 port=$2 folder=$3
  mkdir -p "$folder"
  case $name in
    mongodb)
      if command -v mongod >/dev/null; then
        exec mongod --quiet --bind_ip 127.0.0.1 --port "$port" --dbpath "$folder"
      fi
      exec java -Xmx512m -jar "$state/mongodb-server/mongodb-server.jar" "$port" "${MONGODB_DATA:-$folder/data}"
      ;;
    redis)
      exec redis-server --bind 127.0.0.1 --port "$port" --dir "$folder" --appendonly yes --appendfsync everysec \
        --maxmemory-policy noeviction --save ''
      ;;
    mlflow)
      # Webhooks go to this machine in tests; do not set these switches on a shared server.
      export MLFLOW_SERVER_ENABLE_JOB_EXECUTION=false MLFLOW_DISABLE_TELEMETRY=true
      export MLFLOW_WEBHOOK_ALLOW_PRIVATE_IPS=true MLFLOW_WEBHOOK_ALLOWED_SCHEMES=http,https
      exec "$state/python/bin/mlflow" server --host 127.0.0.1 --port "$port" --workers 1 \
        --backend-store-uri "sqlite:///$folder/mlflow.db" --artifacts-destination "$folder/artifacts" --serve-artifacts
      ;;
    prometheus)
      exec prometheus --web.listen-address="127.0.0.1:$port" --storage.tsdb.path="$folder/data" --web.enable-lifecycle \
        --config.file="${PROMETHEUS_CONFIG:-scripts/services/prometheus.yml}"
      ;;
    alertmanager)
      exec prometheus-alertmanager --web.listen-address="127.0.0.1:$port" --storage.path="$folder/data" --cluster.listen-address= \
        --config.file="${ALERTMANAGER_CONFIG:-scripts/services/alertmanager.yml}"
      ;;
    node-exporter) exec prometheus-node-exporter --web.listen-address="127.0.0.1:$port" ;;
  esac
}

url() { echo "${scheme[$1]:-http}://127.0.0.1:${port[$1]}"; }

alive() { [ -f "$state/$1/pid" ] && kill -0 "$(cat "$state/$1/pid")" 2>/dev/null; }

answers() {
  case $1 in
    mongodb | redis) (exec 3<>"/dev/tcp/127.0.0.1/${port[$1]}") 2>/dev/null ;;
    mlflow) curl -fsS -o /dev/null "$(url mlflow)/health" 2>/dev/null ;;
    node-exporter) curl -fsS -o /dev/null "$(url "$1")/metrics" 2>/dev/null ;;
    *) curl -fsS -o /dev/null "$(url "$1")/-/ready" 2>/dev/null ;;
  esac
}

start() {
  local name=$1 folder="$state/$1" waited=0
  [ "${port[$name]}" != none ] || return 0
  alive "$name" && return
  answers "$name" && fail "Port ${port[$name]} of $name is taken by something that this script did not start."
  mkdir -p "$folder"
  setsid "$0" run "$name" "${port[$name]}" "$folder" >"$folder/log" 2>&1 </dev/null &
  echo $! >"$folder/pid"
  until answers "$name"; do
    alive "$name" || fail "$name ended at its start; its log: $(tail -5 "$folder/log")"
    [ $((waited += 1)) -le 300 ] || fail "$name does not answer after 60 s; its log: $(tail -5 "$folder/log")"
    sleep 0.2
  done
  url "$name" >"$folder/url"
}

stop() {
  local folder="$state/$1" waited=0
  if alive "$1"; then
    # Kills the process group, because some servers start workers.
    kill -- "-$(cat "$folder/pid")" 2>/dev/null || kill "$(cat "$folder/pid")"
    while alive "$1"; do
      [ $((waited += 1)) -le 50 ] || { kill -9 -- "-$(cat "$folder/pid")"; break; }
      sleep 0.2
    done
  fi
  rm -f "$folder/pid" "$folder/url"
}

# with COMMAND…: sets every port except notify to its real service.
with_services() {
  local name started=()
  for name in mongodb redis mlflow; do
    install "$name"
    alive "$name" || started+=("$name")
    start "$name"
  done
  trap 'for name in "${started[@]}"; do stop "$name"; done' EXIT
  TOUCHLINE_STORE="$(url mongodb)/touchline" TOUCHLINE_BLOBS="$(url mongodb)/touchline" TOUCHLINE_QUEUE="$(url redis)" \
    TOUCHLINE_TRACKING="$(url mlflow)" TOUCHLINE_DATA="${TOUCHLINE_DATA:-$state/data}" "$@"
}

status() {
  [ "${port[$1]}" != none ] || return 0
  if alive "$1"; then echo "$1 $(url "$1")"; else echo "$1 -"; fi
}

command=${1:-}
shift || true
case $command in
  run)
    [ $# -eq 3 ] && [ -n "${port[$1]:-}" ] && [ "${port[$1]}" != none ] || fail "usage: $0 run NAME PORT FOLDER; NAME is one of ${all[*]}"
    run "$@"
    ;;
  install | start | stop | status)
    names=("${@:-${all[@]}}")
    [ $# -gt 0 ] || names=("${all[@]}")
    for name in "${names[@]}"; do [ -n "${port[$name]:-}" ] || fail "There is no service '$name': use ${all[*]}."; done
    for name in "${names[@]}"; do
      [ "$command" != start ] || install "$name"
      "$command" "$name"
    done
    [ "$command" != start ] || for name in "${names[@]}"; do status "$name"; done
    ;;
  with) with_services "$@" ;;
  *) fail "usage: $0 install|start|stop|status [NAME…], with COMMAND…, or run NAME PORT FOLDER" ;;
esac
