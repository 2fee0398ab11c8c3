# The browser beside a sandbox: Chromium, controlled over CDP, with a screen that can be watched through noVNC.
FROM debian:bookworm-slim

RUN apt-get update \
  && DEBIAN_FRONTEND=noninteractive apt-get install -y --no-install-recommends \
    ca-certificates chromium fonts-liberation fonts-noto-color-emoji novnc socat websockify x11vnc xvfb \
  && rm -rf /var/lib/apt/lists/*

COPY browser-entrypoint.sh /usr/local/bin/sandbox-browser
RUN chmod 0755 /usr/local/bin/sandbox-browser

ARG SANDBOX_UID=1000
ARG SANDBOX_GID=1000
USER $SANDBOX_UID:$SANDBOX_GID

EXPOSE 9222 5900 6080
CMD ["/usr/local/bin/sandbox-browser"]
