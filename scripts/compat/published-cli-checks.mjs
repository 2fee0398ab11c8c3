import fs from "node:fs";
import path from "node:path";
import { expect } from "./check-report.mjs";
import { createPublishedCli } from "./published-cli.mjs";
import { checkDialogs } from "./published-dialog-checks.mjs";
import { connectRaw } from "./raw-client.mjs";

/** The published command line in remote mode: what its users type, against our Gateway. */
export async function checkPublishedCli({ gateway, reference, model, node, folder, report }) {
  const { check } = report;
  report.section(`openclaw ${reference.version}, the published command line`);
  const remote = { url: gateway.url, token: gateway.token };
  const cli = createPublishedCli({
    node,
    cli: reference.cli,
    folder,
    name: "cli",
    config: { gateway: { mode: "remote", remote } },
  });
  const watcher = await connectRaw(gateway);

  await check("--version (and the slow first start in a new home)", async () => {
    const version = (await cli.text("--version")).trim();
    expect(version === reference.version, reference.version, version);
  });

  await checkState({ cli, gateway, check });
  await checkTurns({ cli, gateway, model, check });
  await checkSessions({ cli, check });
  await checkLogs({ cli, gateway, check });
  await checkPresence({ cli, model, check });
  await checkDialogs({ cli, reference, gateway, check });
  await checkConfig({ cli, gateway, watcher, check });
  await checkTargets({ node, reference, folder, gateway, check });
  await checkOverviews({ cli, check });

  await check("it tried to reach nothing outside this machine but the package registry", () => {
    // The registry is asked by its update check; that too was blocked.
    const others = cli.blocked().filter((host) => !host.startsWith("registry."));
    expect(others.length === 0, "no other host", others);
  });
  return cli;
}

async function checkState({ cli, gateway, check }) {
  await check("health --json", async () => {
    const health = await cli.json("health");
    expect(health.ok === true && health.defaultAgentId === "main", "ok, agent main", health);
    expect(health.sessions.path.startsWith(gateway.stateDir), "the session store of our Gateway", health.sessions);
  });
  await check("health", async () => {
    const text = await cli.text("health");
    expect(text.includes("Agents: main (default)"), "the agent line", text);
  });
  await check("status --json: the Gateway is reachable and says who it is", async () => {
    const { gateway: seen } = await cli.json("status");
    expect(seen.reachable === true && seen.url === gateway.url, `reachable at ${gateway.url}`, seen);
    expect(seen.self?.host && seen.self.version && seen.self.version !== "unknown", "host and version", seen.self);
  });
  await check("status", async () => {
    const text = await cli.text("status");
    expect(
      /Gateway[^\n]*reachable/.test(text),
      "a Gateway row that says reachable",
      text.split("\n").filter((line) => line.includes("Gateway")),
    );
  });
  await check("gateway call health", async () => {
    expect((await cli.call("health")).ok === true, "ok");
  });
  await check("gateway call status", async () => {
    const { sessions, heartbeat } = await cli.call("status");
    expect(sessions.defaults.model === "fake-1" && heartbeat.defaultAgentId === "main", "model and agent", {
      sessions,
      heartbeat,
    });
  });
  await check("gateway call models.list", async () => {
    const { models } = await cli.call("models.list");
    const fake = models.find(({ provider }) => provider === "fake");
    expect(fake?.id === "fake-1" && fake.contextWindow === 128_000, "the configured model", fake);
    return `${models.length} models`;
  });
  await check("gateway call agents.list", async () => {
    const list = await cli.call("agents.list");
    expect(list.defaultId === "main" && list.mainKey === "main" && list.agents[0].id === "main", "agent main", list);
  });
  await check("devices list --json: this machine's device is paired, no token is shown", async () => {
    const list = await cli.json("devices", "list");
    const own = JSON.parse(fs.readFileSync(path.join(cli.home, ".openclaw", "identity", "device.json"), "utf8"));
    const paired = list.paired.find(({ deviceId }) => deviceId === own.deviceId);
    expect(paired?.roles.join() === "operator", "the command line's device", list);
    expect(!("token" in paired.tokens[0]), "tokens without the secret", Object.keys(paired.tokens[0]));
  });
}

async function checkTurns({ cli, gateway, model, check }) {
  await check("agent --agent main --message … --json: one turn through the Gateway", async () => {
    const message = "what the published command line says";
    const { status, result } = await cli.json("agent", "--agent", "main", "--message", message);
    expect(status === "ok" && result.payloads[0].text.startsWith("You said:"), "the model's answer", result?.payloads);
    expect(result.payloads[0].text.endsWith(message), "the answer to that message", result.payloads);
    expect(
      result.meta.agentMeta.provider === "fake" && result.meta.agentMeta.sessionId,
      "provider, session id",
      result.meta,
    );
    expect(model.heard(message) === 1, "one request to our model provider", model.heard(message));
  });
  await check("agent --message … prints the reply", async () => {
    const text = await cli.text("agent", "--agent", "main", "--message", "in plain text");
    expect(/You said: .*in plain text/.test(text), "the reply", text);
  });
  await check("agent --session-id: an id of the user's own starts a session and continues it", async () => {
    await cli.json("agent", "--session-id", "compat-1234", "--message", "first of two");
    await cli.json("agent", "--session-id", "compat-1234", "--message", "second of two");
    const { messages } = await cli.call("chat.history", { sessionKey: "agent:main:compat-1234" });
    expect(
      messages.map(({ role }) => role).join() === "user,assistant,user,assistant",
      "both turns in one session",
      messages,
    );
  });
  await check("agent --to +15551234567 uses the main session", async () => {
    await cli.json("agent", "--to", "+15551234567", "--message", "to a person");
    const { messages } = await cli.call("chat.history", { sessionKey: "main", limit: 2 });
    expect(JSON.stringify(messages).includes("to a person"), "the message in the main session", messages);
  });
  await check("agent: a tool call runs on our side", async () => {
    const file = path.join(gateway.home, "made-by-a-tool.txt");
    const call = `tool:exec ${JSON.stringify({ command: `echo made > ${file} && echo by-the-tool` })}`;
    const { result } = await cli.json("agent", "--session-id", "compat-tool", "--message", call);
    expect(result.payloads.at(-1).text.includes("by-the-tool"), "what the tool printed", result.payloads);
    expect(fs.existsSync(file), "the file the tool made", file);
  });
  await check("agent: a failing provider is an error with the provider's words", async () => {
    const error = await cli.refused("agent", "--session-id", "compat-failing", "--message", "status:400", "--json");
    expect(error.includes("Gateway agent failed") && error.includes("400"), "the failure named", error);
  });
  await check("gateway call chat.send, agent.wait, chat.history", async () => {
    const started = await cli.call("chat.send", {
      sessionKey: "compat-call",
      message: "by hand",
      idempotencyKey: "call-1",
    });
    expect(started.runId === "call-1" && started.status === "started", "started", started);
    const waited = await cli.call("agent.wait", { runId: "call-1" });
    expect(waited.status === "ok", "ok", waited);
    const { messages } = await cli.call("chat.history", { sessionKey: "compat-call" });
    expect(messages.length === 2 && messages[0].content[0].text === "by hand", "the message as it was sent", messages);
  });
  await check("gateway call agent --expect-final waits for the second answer", async () => {
    const params = { agentId: "main", message: "both answers", idempotencyKey: "call-2" };
    const final = await cli.call("agent", params, "--expect-final");
    expect(final.status === "ok" && final.result.payloads[0].text.includes("both answers"), "the result", final);
  });
}

async function checkSessions({ cli, check }) {
  await check("gateway call sessions.list", async () => {
    const { sessions, count } = await cli.call("sessions.list");
    const keys = sessions.map(({ key }) => key);
    expect(
      count === keys.length && keys.includes("agent:main:main") && keys.includes("agent:main:compat-1234"),
      "the sessions of the turns",
      keys,
    );
    const main = sessions.find(({ key }) => key === "agent:main:main");
    expect(
      main.kind === "direct" && main.modelProvider === "fake" && main.totalTokens > 0,
      "kind, provider, tokens",
      main,
    );
    return `${count} sessions`;
  });
  await check("gateway call sessions.preview, sessions.patch, sessions.resolve", async () => {
    const { previews } = await cli.call("sessions.preview", { keys: ["main"], limit: 1 });
    expect(previews[0].status === "ok" && previews[0].items.length === 1, "a preview", previews);
    const patched = await cli.call("sessions.patch", { key: "compat-call", label: "Compat", thinkingLevel: "low" });
    expect(patched.key === "agent:main:compat-call" && patched.entry.thinkingLevel === "low", "the change", patched);
    const resolved = await cli.call("sessions.resolve", { label: "Compat" });
    expect(resolved.key === "agent:main:compat-call", "the session with that label", resolved);
  });
  await check("gateway call sessions.reset, sessions.delete", async () => {
    const before = await cli.call("sessions.resolve", { key: "compat-call" });
    expect(before.key === "agent:main:compat-call", "the session", before);
    const { entry } = await cli.call("sessions.reset", { key: "compat-call" });
    const { messages, sessionId } = await cli.call("chat.history", { sessionKey: "compat-call" });
    expect(messages.length === 0 && sessionId === entry.sessionId, "a new, empty transcript", messages);
    const deleted = await cli.call("sessions.delete", { key: "compat-call" });
    expect(deleted.deleted === true, "deleted", deleted);
  });
}

async function checkLogs({ cli, gateway, check }) {
  await check("logs --json: our log, line by line", async () => {
    const lines = (await cli.text("logs", "--limit", "200", "--json"))
      .trim()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0].type === "meta" && lines[0].file === gateway.logFile, `the file ${gateway.logFile}`, lines[0]);
    const entries = lines.filter(({ type }) => type === "log");
    expect(
      entries.length > 5 && entries.every(({ time, level, message }) => time && level && message),
      "entries with time, level, message",
      entries[0],
    );
    expect(
      entries.some(({ subsystem }) => subsystem),
      "subsystems",
      entries[0],
    );
    return `${entries.length} lines`;
  });
  await check("logs --plain", async () => {
    const text = await cli.text("logs", "--limit", "5", "--plain");
    expect(text.includes(`Log file: ${gateway.logFile}`), "the file named", text);
    expect(/^\d{4}-\d\d-\d\dT[\d:.]+Z (?:debug|info|warn|error) /m.test(text), "a line with time and level", text);
  });
}

async function checkPresence({ cli, model, check }) {
  await check("system presence --json", async () => {
    const entries = await cli.json("system", "presence");
    const own = entries.find(({ mode }) => mode === "gateway");
    expect(own?.reason === "self" && own.text.startsWith("Gateway: "), "the Gateway's own entry", entries);
  });
  await check("system event --text …: the next turn is told", async () => {
    const event = "The published command line raised a flag";
    await cli.text("system", "event", "--text", event, "--mode", "next-heartbeat");
    await cli.json("agent", "--agent", "main", "--message", "anything new?");
    expect(model.heard(event) > 0, "the event in the model's request", model.heard(event));
  });
}

async function checkConfig({ cli, gateway, watcher, check }) {
  let hash;
  await check("gateway call config.get: path, hash, valid, no secret", async () => {
    const config = await cli.call("config.get");
    expect(
      config.path === gateway.configPath && config.exists === true && config.valid === true,
      "path, exists, valid",
      { ...config, raw: undefined, config: undefined, parsed: undefined },
    );
    expect(/^[0-9a-f]{64}$/.test(config.hash) && config.issues.length === 0, "hash, no issues", {
      hash: config.hash,
      issues: config.issues,
    });
    const text = JSON.stringify(config);
    expect(
      gateway.secrets.every((secret) => !text.includes(secret)),
      "no secret in the output",
    );
    expect(config.config.gateway.auth.token === "__OPENCLAW_REDACTED__", "the mask", config.config.gateway.auth);
    hash = config.hash;
  });
  await check("gateway call config.patch with an old hash changes nothing", async () => {
    const before = fs.readFileSync(gateway.configPath, "utf8");
    const params = JSON.stringify({ raw: '{ui:{assistant:{name:"Never"}}}', baseHash: "0".repeat(64) });
    const error = await cli.refused("gateway", "call", "config.patch", "--params", params);
    expect(error.includes("config changed since last load; re-run config.get and retry"), "the refusal", error);
    expect(fs.readFileSync(gateway.configPath, "utf8") === before, "the file as it was");
  });
  await check("gateway call config.patch with the hash: written, restarted, in force", async () => {
    const raw = '{ui:{assistant:{name:"Compat"}}, gateway:{controlUi:{basePath:"/compat"}}}';
    const answer = await cli.call("config.patch", { raw, baseHash: hash, restartDelayMs: 0, note: "compat" });
    expect(answer.ok === true && answer.restart.ok === true, "ok with a restart", answer);
    expect(answer.config.gateway.auth.token === "__OPENCLAW_REDACTED__", "the answer masked", answer.config.gateway);
    const shutdown = await watcher.event("shutdown");
    expect(shutdown.payload.reason === "gateway restarting", "shutdown: gateway restarting", shutdown.payload);
    const { code, reason } = await watcher.closed;
    expect(code === 1012 && reason === "service restart", "close 1012 service restart", { code, reason });
    await gateway.ready();
    const identity = await cli.call("agent.identity.get");
    expect(identity.name === "Compat", "the new name", identity);
    const file = JSON.parse(fs.readFileSync(gateway.configPath, "utf8"));
    expect(file.gateway.auth.token === gateway.token, "the secrets still in the file", Object.keys(file.gateway.auth));
  });
  await check("a turn after the restart finds the session of before", async () => {
    const { messages: before } = await cli.call("chat.history", { sessionKey: "agent:main:compat-1234" });
    await cli.json("agent", "--session-id", "compat-1234", "--message", "third");
    const { messages } = await cli.call("chat.history", { sessionKey: "agent:main:compat-1234" });
    expect(
      messages.length === before.length + 2 && before.length === 4,
      "the turns of before and the new one",
      messages.length,
    );
  });
}

/**
 * Addressing a Gateway with flags alone, from a home without any configuration. Not with `gateway …` commands: of
 * those the reference takes `--token` for its own `gateway run --token`.
 */
async function checkTargets({ node, reference, folder, gateway, check }) {
  const bare = createPublishedCli({ node, cli: reference.cli, folder, name: "bare-cli" });
  await check("system presence --url … --token … without a configuration", async () => {
    const entries = await bare.json("system", "presence", "--url", gateway.url, "--token", gateway.token);
    expect(
      entries.some(({ mode }) => mode === "gateway"),
      "the Gateway's own entry",
      entries,
    );
  });
  await check("a wrong token is refused with the reason", async () => {
    // A home whose device is known would fall back to its device token.
    const stranger = createPublishedCli({ node, cli: reference.cli, folder, name: "stranger-cli" });
    const error = await stranger.refused("system", "presence", "--url", gateway.url, "--token", "wrong");
    expect(error.includes("unauthorized: gateway token mismatch"), "token mismatch", error);
  });
}

/** Commands that show what the Gateway knows of an area. */
async function checkOverviews({ cli, check }) {
  await check("system heartbeat last --json, set-heartbeats through system heartbeat disable and enable", async () => {
    JSON.parse(await cli.text("system", "heartbeat", "last", "--json"));
    await cli.text("system", "heartbeat", "disable");
    await cli.text("system", "heartbeat", "enable");
  });
  await check("gateway usage-cost --json", async () => {
    const { totals, daily } = await cli.json("gateway", "usage-cost");
    expect(totals.totalTokens > 0 && daily.length > 0, "the tokens of the turns", totals);
  });
  await check("approvals get --gateway --json", async () => {
    const { file, hash } = await cli.json("approvals", "get", "--gateway");
    expect(file.version === 1 && /^[0-9a-f]{64}$/.test(hash), "file and hash", { file, hash });
    expect(!file.socket?.token, "no socket token", Object.keys(file.socket ?? {}));
  });
  await check("channels status --json", async () => {
    const status = await cli.json("channels", "status");
    expect(Array.isArray(status.channelOrder), "the order of channels", status);
  });
  await check("gateway call with a method nobody knows fails and names it", async () => {
    const error = await cli.refused("gateway", "call", "no.such.method");
    expect(error.includes("unknown method: no.such.method"), "the method named", error);
  });
}

/** What our Gateway leaves on disk, read by the published command line. */
export async function checkFiles({ cli, gateway, report }) {
  report.section("Our files, read by the published command line");
  const store = path.join(gateway.stateDir, "agents", "main", "sessions", "sessions.json");
  await report.check("sessions --store <our sessions.json> --json", async () => {
    const { sessions, count } = await cli.json("sessions", "--store", store);
    const main = sessions.find(({ key }) => key === "agent:main:main");
    expect(
      count >= 4 && main,
      "the sessions of our Gateway",
      sessions.map(({ key }) => key),
    );
    expect(main.kind === "direct" && main.totalTokens > 0 && main.model === "fake-1", "kind, tokens, model", main);
    return `${count} sessions`;
  });
}
