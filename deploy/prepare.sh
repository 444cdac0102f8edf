#!/bin/sh
# Prepares a checkout for docker-compose.yml: creates the folders that it mounts, and secrets as files with random values.
# Safe to rerun: existing secrets are kept, and addresses that contain secrets are written again.
# Only the owner can enter the folder of secrets. Its files are readable by all, because containers run as other users.
set -eu
umask 022
cd "$(dirname "$0")"
mkdir -p secrets ../incoming ../products ../reports
chmod 700 secrets
cd secrets

random() { od -An -v -tx1 -N"$1" /dev/urandom | tr -d ' \n'; }
base64url() { head -c 32 /dev/urandom | base64 | tr '+/' '-_' | tr -d '=\n'; }
write() { cat >"$1.new" && mv "$1.new" "$1"; }
# once NAME COMMAND…: writes the output of the command to the file unless it exists.
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
# To be filled in: https://hooks.slack.com/services/…. While it is empty, alerts only reach the inbox of the pages.
once slack_webhook_url true

mongodb="mongodb://touchline:$(cat mongodb_password)@mongodb:27017/touchline?replicaSet=rs0&authSource=touchline"
printf '%s' "$mongodb" | write touchline_store
printf '%s' "$mongodb" | write touchline_blobs
printf 'redis://:%s@redis:6379' "$(cat redis_password)" | write touchline_queue
printf 'http://touchline:%s@mlflow:5000' "$(cat mlflow_password)" | write touchline_tracking
slack=$(cat slack_webhook_url)
printf '%s' "${slack:-inbox:}" | write touchline_notify
printf 'postgresql://mlflow:%s@mlflow-database:5432/mlflow' "$(cat mlflow_database_password)" | write mlflow_database

[ -n "$slack" ] || echo "To receive alerts in Slack, write the webhook address to $PWD/slack_webhook_url and run this script again."
echo "The first administrator's key is in $PWD/admin_key."
