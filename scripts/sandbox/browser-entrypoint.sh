#!/bin/sh
# Starts Chromium inside the browser container and ends when it ends. Everything is written below /tmp: the rest of the
# file system is read-only.
set -eu

cdp_port="${OPENCLAW_BROWSER_CDP_PORT:-9222}"
vnc_port="${OPENCLAW_BROWSER_VNC_PORT:-5900}"
novnc_port="${OPENCLAW_BROWSER_NOVNC_PORT:-6080}"
headless="${OPENCLAW_BROWSER_HEADLESS:-0}"
enable_novnc="${OPENCLAW_BROWSER_ENABLE_NOVNC:-1}"
# Chromium listens on loopback only; the published port is another one, which leads there.
inner_port=$((cdp_port + 1))

export HOME=/tmp/home
export XDG_CONFIG_HOME="$HOME/.config"
export XDG_CACHE_HOME="$HOME/.cache"
export DISPLAY=:1
mkdir -p "$HOME/profile" "$XDG_CONFIG_HOME" "$XDG_CACHE_HOME"

if [ "$headless" != 1 ]; then
  Xvfb "$DISPLAY" -screen 0 1280x800x24 -nolisten tcp -ac &
  if [ "$enable_novnc" = 1 ]; then
    x11vnc -display WAIT"$DISPLAY" -rfbport "$vnc_port" -localhost -shared -forever -nopw -quiet &
    websockify --web /usr/share/novnc "$novnc_port" "127.0.0.1:$vnc_port" &
  fi
fi

socat "TCP-LISTEN:$cdp_port,fork,reuseaddr" "TCP:127.0.0.1:$inner_port" &

set -- \
  --remote-debugging-address=127.0.0.1 \
  "--remote-debugging-port=$inner_port" \
  "--user-data-dir=$HOME/profile" \
  --no-first-run \
  --no-default-browser-check \
  --disable-sync \
  --disable-background-networking \
  --disable-dev-shm-usage \
  --disable-gpu \
  --no-sandbox \
  --password-store=basic
if [ "$headless" = 1 ]; then
  set -- "$@" --headless=new
fi
exec chromium "$@" about:blank
