import { spawn } from "node:child_process";
import { once } from "node:events";
import { createRequire } from "node:module";
import path from "node:path";
import readline from "node:readline";
import { excerpt, expect } from "./check-report.mjs";

/** How long an answer may take, ms. */
const PATIENCE_MS = 60_000;

/** The programs of the published command line that stay open: the terminal chat and the editors' bridge. */
export async function checkDialogs({ cli, reference, gateway, check }) {
  const target = ["--url", gateway.url, "--token", gateway.token];

  await check("tui: connects, sends what is typed, shows the answer", async () => {
    // Its own pseudo terminal, the one it was published with.
    const require = createRequire(path.join(reference.folder, "node_modules", "openclaw", "package.json"));
    const [program, ...args] = cli.command("tui", ...target, "--session", "compat-tui");
    const size = { cols: 120, rows: 40, name: "xterm-256color" };
    const terminal = require("@lydell/node-pty").spawn(program, args, { ...size, cwd: cli.home, env: cli.env });
    const ended = new Promise((resolve) => terminal.onExit(resolve));
    try {
      const screen = watch((listen) => terminal.onData(listen));
      await screen.shows("gateway connected");
      terminal.write("typed into the terminal\r");
      await screen.shows("You said:");
    } finally {
      terminal.kill("SIGKILL");
      await ended;
    }
    const { messages } = await cli.call("chat.history", { sessionKey: "compat-tui" });
    expect(JSON.stringify(messages[0]?.content).includes("typed into the terminal"), "the message as typed", messages);
  });

  await check("acp: an editor's prompt is answered completely, a second one cancelled", async () => {
    const bridge = openBridge(cli.command("acp", ...target, "--session", "agent:main:compat-acp"), cli);
    try {
      const about = await bridge.request("initialize", { protocolVersion: 1, clientCapabilities: {} });
      expect(about.protocolVersion === 1, "protocol version 1", about);
      const { sessionId } = await bridge.request("session/new", { cwd: cli.home, mcpServers: [] });
      const prompt = (text) => bridge.request("session/prompt", { sessionId, prompt: [{ type: "text", text }] });
      const answered = await prompt("long:200");
      expect(answered.stopReason === "end_turn", "end_turn", answered);
      const words = bridge.said().split(" ");
      expect(words.length === 200 && words.at(-1) === "word199", "200 words", `${words.length}, … ${words.at(-1)}`);
      const cancelled = prompt("slow:500 the editor");
      await bridge.saying("slow");
      bridge.notify("session/cancel", { sessionId });
      expect((await cancelled).stopReason === "cancelled", "cancelled", await cancelled);
    } finally {
      await bridge.close();
    }
  });
}

/** Text that comes bit by bit, and waiting for something in it. */
function watch(subscribe) {
  let text = "";
  const waiting = new Set();
  subscribe((part) => {
    text += part;
    for (const attempt of waiting) attempt();
  });
  return {
    text: () => text,
    shows: (wanted) =>
      new Promise((resolve, reject) => {
        const attempt = () => {
          if (!text.includes(wanted)) return;
          clearTimeout(timer);
          waiting.delete(attempt);
          resolve();
        };
        const timer = setTimeout(() => {
          waiting.delete(attempt);
          reject(new Error(`"${wanted}" did not come within ${PATIENCE_MS} ms; seen: ${excerpt(text.slice(-400))}`));
        }, PATIENCE_MS);
        waiting.add(attempt);
        attempt();
      }),
  };
}

/** The bridge as an editor runs it: JSON-RPC, one message per line. */
function openBridge([program, ...args], { home, env }) {
  const child = spawn(program, args, { cwd: home, env, stdio: ["pipe", "pipe", "ignore"] });
  const exited = once(child, "exit");
  const open = new Map();
  let hear = () => {};
  const speech = watch((listen) => {
    hear = listen;
  });
  let requests = 0;
  readline.createInterface({ input: child.stdout }).on("line", (line) => {
    const message = JSON.parse(line);
    if (message.id !== undefined && open.has(message.id)) {
      const { resolve, reject } = open.get(message.id);
      open.delete(message.id);
      if (message.error) reject(new Error(`${message.error.message}: ${excerpt(message.error.data ?? "")}`));
      else resolve(message.result);
    }
    const update = message.method === "session/update" ? message.params.update : undefined;
    if (update?.sessionUpdate === "agent_message_chunk") hear(update.content.text);
  });
  exited.then(([code]) => {
    for (const { reject } of open.values()) reject(new Error(`the bridge ended with code ${code}`));
  });
  const send = (message) => child.stdin.write(`${JSON.stringify({ jsonrpc: "2.0", ...message })}\n`);
  return {
    said: speech.text,
    saying: speech.shows,
    notify: (method, params) => send({ method, params }),
    request(method, params) {
      const id = ++requests;
      send({ id, method, params });
      return new Promise((resolve, reject) => {
        const timer = setTimeout(
          () => reject(new Error(`no answer to ${method} within ${PATIENCE_MS} ms`)),
          PATIENCE_MS,
        );
        const settle = (how) => (value) => {
          clearTimeout(timer);
          how(value);
        };
        open.set(id, { resolve: settle(resolve), reject: settle(reject) });
      });
    },
    close() {
      if (child.exitCode === null && child.signalCode === null) child.kill("SIGKILL");
      return exited;
    },
  };
}
