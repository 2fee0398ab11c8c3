#!/bin/sh
# Builds the image of the browser beside a sandbox. Arguments are passed on to `docker build`.
set -eu

image="openclaw-sandbox-browser:bookworm-slim"
folder="$(cd "$(dirname "$0")/sandbox" && pwd)"

if ! command -v docker >/dev/null 2>&1; then
  echo "docker is not installed, and the sandbox browser needs it." >&2
  exit 1
fi

docker build --tag "$image" --file "$folder/browser.Dockerfile" \
  --build-arg "SANDBOX_UID=$(id -u)" --build-arg "SANDBOX_GID=$(id -g)" "$@" "$folder"
echo "Built $image. Turn the browser on with agents.defaults.sandbox.browser.enabled."
