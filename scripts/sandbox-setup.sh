#!/bin/sh
# Builds the image that sandboxed sessions work in. Arguments are passed on to `docker build`.
set -eu

image="openclaw-sandbox:bookworm-slim"
folder="$(cd "$(dirname "$0")/sandbox" && pwd)"

if ! command -v docker >/dev/null 2>&1; then
  echo "docker is not installed. Install it, or use the sandbox without it on Linux:" >&2
  echo "  openclaw config set agents.defaults.sandbox.backend bwrap" >&2
  exit 1
fi

docker build --tag "$image" --build-arg "SANDBOX_UID=$(id -u)" --build-arg "SANDBOX_GID=$(id -g)" "$@" "$folder"
echo "Built $image. Sandboxes that are in use get it with: openclaw sandbox recreate --all"
