#!/usr/bin/env bash
# Builds @tensorflow/tfjs-node with the TensorFlow library of PyPI, once, into .services/engines/tensorflow (890 MB). The
# package's own install script downloads a library that is not available for every platform. Linux on x86-64.
set -euo pipefail
cd "$(dirname "$0")/../.."

state="$PWD/.services/engines/tensorflow"
package="$state/node_modules/@tensorflow/tfjs-node"
version=4.22.0
wheel=tensorflow-cpu==2.15.1
wheel_hash=54660c074d7241a503e81edfd9f5ef5af88f64051b72e2945f26318c790f2d26
napi=8

built="$state/built"
wanted="tfjs-node $version, $wheel, napi $napi"
[ -f "$built" ] && [ "$(cat "$built")" = "$wanted" ] && exit 0

rm -rf "$state"
mkdir -p "$state"
download=$(mktemp -d)
trap 'rm -rf "$download"' EXIT

printf '{ "private": true }\n' >"$state/package.json"
npm install --prefix "$state" --ignore-scripts --no-package-lock --silent "@tensorflow/tfjs-node@$version"

printf '%s --hash=sha256:%s\n' "$wheel" "$wheel_hash" >"$download/requirements.txt"
python3 -m pip download -q --disable-pip-version-check --no-deps --only-binary=:all: --require-hashes \
  --python-version 3.11 --implementation cp --platform manylinux_2_17_x86_64 --dest "$download" -r "$download/requirements.txt"
python3 - "$download"/*.whl "$package/deps" <<'PY'
import pathlib, shutil, sys, zipfile

wheel, deps = sys.argv[1], pathlib.Path(sys.argv[2])
with zipfile.ZipFile(wheel) as packed:
    for name in packed.namelist():
        if name.endswith('/'):
            continue
        if name in ('tensorflow/libtensorflow_cc.so.2', 'tensorflow/libtensorflow_framework.so.2'):
            target = deps / 'lib' / pathlib.Path(name).name
        elif name.startswith(('tensorflow/include/tensorflow/c/', 'tensorflow/include/tensorflow/core/platform/',
                              'tensorflow/include/tsl/', 'tensorflow/include/xla/tsl/')):
            target = deps / 'include' / pathlib.Path(name).relative_to('tensorflow/include')
        else:
            continue
        target.parent.mkdir(parents=True, exist_ok=True)
        with packed.open(name) as source, open(target, 'wb') as copy:
            shutil.copyfileobj(source, copy, 1 << 20)
PY
# The names that the linker looks for; the library calls itself libtensorflow_cc.so.2.
ln -sf libtensorflow_cc.so.2 "$package/deps/lib/libtensorflow.so"
ln -sf libtensorflow_framework.so.2 "$package/deps/lib/libtensorflow_framework.so"

npm_home=$(dirname "$(dirname "$(readlink -f "$(command -v npm)")")")
node_home=$(dirname "$(dirname "$(readlink -f "$(command -v node)")")")
headers=()
[ -f "$node_home/include/node/node_api.h" ] && headers=(--nodedir="$node_home")
module="$package/lib/napi-v$napi"
(cd "$package" && node "$npm_home/node_modules/node-gyp/bin/node-gyp.js" rebuild "${headers[@]}" --silent \
  --module_name=tfjs_binding --module_path="$module" --module="$module/tfjs_binding.node" \
  --napi_version=$napi --napi_build_version=$napi >"$state/build.log" 2>&1) || { cat "$state/build.log" >&2; exit 1; }
rm -rf "$package/build" "$package/deps/include"
printf '%s\n' "$wanted" >"$built"
