#!/bin/sh
# Starts MLflow with its secrets read from files: start.sh [PORT]
set -eu
secret() { cat "${SECRETS:-/run/secrets}/$1"; }
data=${MLFLOW_DATA:-/mlflow}
config=$(mktemp)
cat >"$config" <<INI
[mlflow]
default_permission = READ
database_uri = sqlite:///$data/auth.db
authorization_function = mlflow.server.auth:authenticate_request_basic_auth
grant_default_workspace_access = false
INI
export MLFLOW_AUTH_CONFIG_PATH="$config"
export MLFLOW_AUTH_ADMIN_USERNAME=touchline
MLFLOW_AUTH_ADMIN_PASSWORD=$(secret mlflow_password)
MLFLOW_FLASK_SERVER_SECRET_KEY=$(secret mlflow_flask_key)
MLFLOW_BACKEND_STORE_URI=$(secret mlflow_database)
export MLFLOW_AUTH_ADMIN_PASSWORD MLFLOW_FLASK_SERVER_SECRET_KEY MLFLOW_BACKEND_STORE_URI
# Allowed Host headers: the name in the network, and a browser on this machine.
exec mlflow server --host 0.0.0.0 --port "${1:-5000}" --app-name basic-auth --serve-artifacts \
  --artifacts-destination "$data/artifacts" --allowed-hosts 'mlflow:*,localhost:*,127.0.0.1:*'
