#!/usr/bin/env bash
# Checks the deployment files: scripts/check-deploy.sh [install | CHECK [FILE…]]
#   compose       docker-compose.yml, as Docker Compose reads it, with every profile
#   image         deploy/Dockerfile: runs its steps in a clean folder, and touchline doctor on the result
#   jenkinsfile   Jenkinsfile: sections and steps
#   workflow      .github/workflows, with actionlint
#   prometheus    its configuration, its rules, and the unit tests of the rules
#   alertmanager  its configuration
#   dashboards    Grafana's dashboards: their form and their queries
# All of them by default. Checkers in Go and Java are downloaded once, into .services/checks.
set -euo pipefail
cd "$(dirname "$0")/.."

checks=(compose image jenkinsfile workflow prometheus alertmanager dashboards)
tools="$PWD/.services/checks"
GROOVY=4.0.27
ACTIONLINT=1.7.12

fail() { printf '%s\n' "$*" >&2; exit 1; }
# Programs, and the Debian packages that contain them.
declare -A package=([go]=golang-go [java]=default-jdk-headless [mvn]=maven [promtool]=prometheus [amtool]=prometheus-alertmanager [nginx]=nginx-light)

needs() {
  for program in "$@"; do
    command -v "$program" >/dev/null && continue
    command -v apt-get >/dev/null || fail "$program must be installed for this check."
    apt-get update -qq
    # Keep Debian from starting a service when it is installed.
    RUNLEVEL=1 DEBIAN_FRONTEND=noninteractive apt-get install -y -qq --no-install-recommends "${package[$program]}" >/dev/null
  done
}

install() {
  mkdir -p "$tools"
  case $1 in
    compose)
      needs go
      (cd scripts/checks && go build -o "$tools/compose" .)
      ;;
    workflow)
      [ -x "$tools/actionlint" ] && return
      needs go
      GOBIN="$tools" go install "github.com/rhysd/actionlint/cmd/actionlint@v$ACTIONLINT"
      ;;
    jenkinsfile)
      [ -f "$tools/groovy-$GROOVY.jar" ] && return
      needs java mvn
      mvn --quiet --batch-mode dependency:copy -Dartifact="org.apache.groovy:groovy:$GROOVY" -DoutputDirectory="$tools"
      ;;
    prometheus) needs promtool ;;
    alertmanager) needs amtool ;;
    image | dashboards) ;;
  esac
}

check() {
  local name=$1
  shift
  install "$name"
  case $name in
    compose) "$tools/compose" "${@:-docker-compose.yml}" ;;
    image) node --import tsx scripts/checks/image.ts ;;
    jenkinsfile) java -cp "$tools/groovy-$GROOVY.jar" groovy.ui.GroovyMain scripts/checks/jenkinsfile.groovy "${@:-Jenkinsfile}" ;;
    workflow)
      [ $# -gt 0 ] || set -- .github/workflows/*.yml
      "$tools/actionlint" "$@"
      ;;
    prometheus)
      # The files that it names are mounted in its container.
      promtool check config --syntax-only "${1:-monitoring/prometheus/prometheus.yml}"
      promtool check rules monitoring/prometheus/rules/*.yml
      promtool test rules monitoring/prometheus/tests/*.yml
      ;;
    alertmanager) amtool check-config "${1:-monitoring/alertmanager/alertmanager.yml}" ;;
    dashboards) npx vitest run tests/monitoring/dashboards.test.ts ;;
  esac
}

known() { [[ " ${checks[*]} " == *" $1 "* ]] || fail "There is no check '$1': use ${checks[*]}."; }

case ${1:-} in
  '')
    for name in "${checks[@]}"; do
      printf '== %s\n' "$name"
      check "$name"
    done
    ;;
  # tests/deploy run the portal with nginx.
  install) needs nginx; for name in "${checks[@]}"; do install "$name"; done ;;
  *)
    known "$1"
    check "$@"
    ;;
esac
