// The chat in a process of its own, as a command would run it: tests give it a terminal.
import { createGatewayClient } from "@openclaw/client";
import { runTui } from "@openclaw/tui";

const { TUI_URL: url = "", TUI_TOKEN: token = "", TUI_OPTIONS = "{}", TUI_PROTOCOL } = process.env;
const ending = new AbortController();
process.once("SIGTERM", () => ending.abort());
await runTui({
  async connect(events) {
    const client = createGatewayClient({
      url,
      client: { id: "gateway-client", displayName: "openclaw-tui", version: "1.0.0", platform: "test", mode: "ui" },
      credentials: () => ({ token }),
      caps: ["tool-events"],
      ...(TUI_PROTOCOL && { protocol: { min: Number(TUI_PROTOCOL), max: Number(TUI_PROTOCOL) } }),
      reconnect: { firstMs: 50, maxMs: 50, factor: 1 },
      ...events,
    });
    await client.connect();
    return { client, url, close: () => client.close() };
  },
  env: process.env,
  cwd: process.cwd(),
  home: process.env.HOME ?? "/",
  signal: ending.signal,
  ...JSON.parse(TUI_OPTIONS),
});
