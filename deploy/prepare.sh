#!/bin/sh
# Prepares a checkout for docker-compose.yml: the folders that it mounts, and secrets as files with random values.
# What is there stays as it is, so it may run again at any time; addresses that hold a secret are put together anew.
# The secrets' folder is for its owner alone; the files in it must be readable by the users that containers run as.
set -eu
umask 022
cd "$(dirname "$0")"
mkdir -p secrets ../incoming ../reports
chmod 700 secrets
cd secrets

random() { od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n'; }
base64url() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
write() { cat >"$1.new" && mv "$1.new" "$1"; }
# once NAME COMMAND…: the output of the command, unless the file is there.
once() {
  name=$1
  shift
  [ -e "$name" ] || "$@" | write "$name"
}
api_key() { printf 'tl_%s_%s' "$(random 8)" "$(base64url)"; }
keyfile() { head -c 567 /dev/urandom | base64; }

for name in mongodb_root_password mongodb_password redis_password mlflow_database_password mlflow_password mlflow_flask_key \
  grafana_password alertmanager_key; do
  once "$name" random 24
done
once mongodb_keyfile keyfile
once admin_key api_key
once prometheus_key api_key
# Yours to fill in: https://hooks.slack.com/services/…; empty, alerts stay in the inbox of the pages.
once slack_webhook_url true

mongodb="mongodb://touchline:$(cat mongodb_password)@mongodb:27017/touchline?replicaSet=rs0&authSource=touchline"
printf '%s' "$mongodb" | write touchline_store
printf '%s' "$mongodb" | write touchline_blobs
printf 'redis://:%s@redis:6379' "$(cat redis_password)" | write touchline_queue
printf 'http://touchline:%s@mlflow:5000' "$(cat mlflow_password)" | write touchline_tracking
slack=$(cat slack_webhook_url)
printf '%s' "${slack:-inbox:}" | write touchline_notify
printf 'postgresql://mlflow:%s@mlflow-database:5432/mlflow' "$(cat mlflow_database_password)" | write mlflow_database

[ -n "$slack" ] || echo "Write Slack's address into $PWD/slack_webhook_url and run this again to be told there."
echo "The first key of an admin is in $PWD/admin_key."
