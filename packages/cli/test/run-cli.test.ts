import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { scriptedGateway } from "../../client/test/scripted-gateway.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

// biome-ignore lint/suspicious/noControlCharactersInRegex: escape sequences begin with this character
const styled = /\u001b/;

describe("the program itself", () => {
  it("prints its version and nothing else", async () => {
    for (const flag of ["--version", "-V", "-v"]) {
      expect(await home.run([flag])).toEqual({ code: 0, stdout: "1.2.3\n", stderr: "" });
    }
  });

  it("shows help on standard error when there is no command, and on standard output when asked", async () => {
    const bare = await home.run([]);
    expect(bare).toMatchObject({ code: 1, stdout: "" });
    expect(bare.stderr).toContain("Usage: openclaw");
    const group = await home.run(["cron"]);
    expect(group).toMatchObject({ code: 1, stdout: "" });
    expect(group.stderr).toMatch(/list\s+/);
    const help = await home.run(["help", "status"]);
    expect(help).toMatchObject({ code: 0, stderr: "" });
    expect(help.stdout).toContain("Usage: openclaw status [options]");
    expect((await home.run(["status", "--help"])).stdout).toContain("docs.openclaw.ai/cli/status");
  });

  it("hides the aliases from help and still runs them", async () => {
    expect((await home.run(["help"])).stdout).not.toMatch(/^\s+(?:daemon|service)\b/m);
    const [service, daemon, plain] = [
      await home.run(["service"]),
      await home.run(["daemon", "status"]),
      await home.run(["gateway", "status"]),
    ];
    expect(service).toEqual(plain);
    expect(daemon).toEqual(plain);
  });

  it("tells what it does not understand", async () => {
    expect(await home.run(["statos"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "error: unknown command 'statos'\n(Did you mean status?)\n",
    });
    expect((await home.run(["status", "extra"])).stderr).toBe(
      "error: too many arguments for 'status'. Expected 0 arguments but got 1.\n",
    );
    expect((await home.run(["status", "--timeout", "abc"])).stderr).toBe(
      "--timeout must be a positive integer (milliseconds)\n",
    );
    expect((await home.run(["--bogus"])).stderr).toBe("error: unknown option '--bogus'\n");
  });

  it("ends with 2 for profile flags that cannot be used", async () => {
    expect(await home.run(["--profile", "Bad!", "status"])).toEqual({
      code: 2,
      stdout: "",
      stderr: '[openclaw] Invalid --profile (use letters, numbers, "_", "-" only)\n',
    });
    expect(await home.run(["status"], { env: { OPENCLAW_PROFILE: "a/b" } })).toMatchObject({ code: 2 });
  });

  it("keeps a profile's files apart and in its hints", async () => {
    expect(await home.run(["--profile", "work", "config", "set", "gateway.port", "19001"])).toMatchObject({ code: 0 });
    expect(existsSync(path.join(home.home, ".openclaw-work", "openclaw.json"))).toBe(true);
    expect(existsSync(path.join(home.home, ".openclaw"))).toBe(false);
    const { stdout } = await home.run(["--profile", "work", "status"]);
    expect(stdout).toContain("openclaw --profile work logs --follow");
  });

  it("colours only what wants colours", async () => {
    expect((await home.run(["status"])).stdout).not.toMatch(styled);
    expect((await home.run(["status"], { env: { FORCE_COLOR: "1", NO_COLOR: "1" } })).stdout).toMatch(styled);
    expect((await home.run(["--no-color", "status"], { terminal: true })).stdout).not.toMatch(styled);
    expect((await home.run(["status", "--json"], { env: { FORCE_COLOR: "1" } })).stdout).not.toMatch(styled);
  });

  it("shows the banner to people only", async () => {
    const env = { OPENCLAW_TAGLINE_INDEX: "0" };
    expect((await home.run(["sessions"], { terminal: true, env })).stdout).toMatch(/^.*🦞 OpenClaw 1\.2\.3/);
    expect((await home.run(["sessions"], { env })).stdout).not.toContain("🦞");
    expect((await home.run(["sessions", "--json"], { terminal: true, env })).stdout).not.toContain("🦞");
    expect((await home.run(["sessions"], { terminal: true, env: { OPENCLAW_HIDE_BANNER: "1" } })).stdout).not.toContain(
      "🦞",
    );
  });
});

describe("config", () => {
  const text = '{\n  // where it listens\n  gateway: { port: 18789, auth: { token: "s3cret" } }, // kept\n}\n';

  it("prints scalars as they are and objects as JSON", async () => {
    home.writeConfig(text);
    expect((await home.run(["config", "get", "gateway.port"])).stdout).toBe("18789\n");
    expect((await home.run(["config", "get", "gateway.auth.token"])).stdout).toBe("s3cret\n");
    expect((await home.run(["config", "get", "gateway.auth.token", "--json"])).stdout).toBe('"s3cret"\n');
    expect(JSON.parse((await home.run(["config", "get", "gateway.auth"])).stdout)).toEqual({ token: "s3cret" });
    expect(await home.run(["config", "get", "gateway.nothing"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "Config path not found: gateway.nothing\n",
    });
    expect((await home.run(["config", "get", "gateway[port"])).stderr).toContain('Invalid path (missing "]")');
  });

  it("changes one key and keeps comments, mode and the rest", async () => {
    home.writeConfig(text);
    const done = await home.run(["config", "set", "gateway.port", "19001"]);
    expect(done).toEqual({ code: 0, stdout: "Updated gateway.port. Restart the gateway to apply.\n", stderr: "" });
    const written = readFileSync(home.configPath, "utf8");
    expect(written).toContain("// where it listens");
    expect(written).toContain("// kept");
    expect(written).toContain("19001");
    expect(written).not.toContain("18789");
    expect(statSync(home.configPath).mode & 0o777).toBe(0o600);
    expect(existsSync(`${home.configPath}.bak`)).toBe(true);
  });

  it("writes nothing that does not validate", async () => {
    home.writeConfig(text);
    const refused = await home.run(["config", "set", "gateway.port", "abc"]);
    expect(refused.code).toBe(1);
    expect(refused.stderr).toMatch(/^Error: Config validation failed: gateway\.port: /);
    expect(readFileSync(home.configPath, "utf8")).toBe(text);
  });

  it("takes JSON5, or a text as it is unless --json asks for JSON5", async () => {
    await home.run(["config", "set", "agents.list", "[{ id: 'main', name: 'A b' }]"]);
    expect((await home.run(["config", "get", "agents.list[0].name"])).stdout).toBe("A b\n");
    await home.run(["config", "set", "agents.list[0].name", "plain words"]);
    expect((await home.run(["config", "get", "agents.list[0].name"])).stdout).toBe("plain words\n");
    expect((await home.run(["config", "set", "agents.list[0].name", "plain words", "--json"])).stderr).toContain(
      "Failed to parse JSON5 value: ",
    );
  });

  it("removes a key", async () => {
    home.writeConfig(text);
    expect((await home.run(["config", "unset", "gateway.port"])).stdout).toBe(
      "Removed gateway.port. Restart the gateway to apply.\n",
    );
    expect(await home.run(["config", "unset", "gateway.port"])).toMatchObject({
      code: 1,
      stderr: "Config path not found: gateway.port\n",
    });
  });
});

describe("an invalid configuration", () => {
  const broken = '{ gateway: { port: "x" } }';

  it("stops commands that need it, with one block of what is wrong", async () => {
    home.writeConfig(broken);
    const { code, stdout, stderr } = await home.run(["sessions"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr.split("\n").slice(0, 3)).toEqual(["Config invalid", `File: ${home.configPath}`, "Problem:"]);
    expect(stderr).toContain("  - gateway.port: ");
    expect(stderr.match(/Config invalid/g)).toHaveLength(1);
    expect(stderr).toContain("Run: openclaw doctor --fix");
  });

  it("does not stop the ones that help, and lets the broken key be corrected", async () => {
    home.writeConfig(broken);
    const status = await home.run(["status", "--json"]);
    expect(status.code).toBe(0);
    expect(JSON.parse(status.stdout)).toHaveProperty("gateway");
    expect(status.stderr).toContain("Config invalid");
    expect(await home.run(["config", "set", "gateway.port", "19001"])).toMatchObject({ code: 0 });
    expect((await home.run(["sessions"])).code).toBe(0);
  });

  it("never starts a Gateway", async () => {
    home.writeConfig(broken);
    const { code, stderr } = await home.run(["gateway", "run", "--allow-unconfigured"]);
    expect(code).toBe(1);
    expect(stderr).toContain("Config invalid");
  });
});

describe("without a Gateway", () => {
  it("status tells what it knows and creates nothing", async () => {
    const { code, stdout } = await home.run(["status", "--json", "--deep", "--usage"]);
    expect(code).toBe(0);
    const status = JSON.parse(stdout);
    expect(Object.keys(status)).toEqual([
      ...["heartbeat", "channelSummary", "queuedSystemEvents", "sessions", "os", "update", "updateChannel"],
      ...["updateChannelSource", "memory", "memoryPlugin", "gateway", "gatewayService", "nodeService", "agents"],
      ...["securityAudit", "health", "lastHeartbeat", "usage"],
    ]);
    expect(status.gateway).toMatchObject({ mode: "local", reachable: false, self: null, urlSource: "local loopback" });
    expect(existsSync(path.join(home.home, ".openclaw"))).toBe(false);
    expect((await home.run(["status", "--all"])).stdout).toMatch(/Pasteable debug report\. Auth tokens redacted\.\n$/);
  });

  it("status --all shows the ends of what the service has printed, each line once and no secret", async () => {
    const logs = path.join(home.home, ".openclaw", "logs");
    mkdirSync(logs, { recursive: true });
    writeFileSync(
      path.join(logs, "gateway.log"),
      "started\ntick\ntick\ntick\nusing --token abcdefghijklmnopqrstuvwxyz\n",
    );
    writeFileSync(
      path.join(logs, "gateway.err.log"),
      `${Array.from({ length: 30 }, (_, at) => `trouble ${at}`).join("\n")}\n`,
    );
    const { code, stdout } = await home.run(["status", "--all"]);
    expect(code).toBe(0);
    expect(stdout).toContain(
      "Service log: ~/.openclaw/logs/gateway.log\n  started\n  tick (3 times)\n  using --token abcdef…wxyz\n",
    );
    expect(stdout).toContain("Service log: ~/.openclaw/logs/gateway.err.log\n  trouble 22\n");
    expect(stdout).toContain("\n  trouble 29\n");
    expect(stdout).not.toContain("trouble 21\n");
  });

  it("names a conflict of secrets without either value", async () => {
    home.writeConfig('{ gateway: { auth: { token: "config-side-value" } } }');
    const { stdout } = await home.run(["status"], { env: { OPENCLAW_GATEWAY_TOKEN: "environment-side-value" } });
    expect(stdout.replaceAll(/\s+│\n│\s+│\s/g, " ")).toContain("OPENCLAW_GATEWAY_TOKEN and gateway.auth.token differ");
    expect(stdout).not.toMatch(/side-value/);
  });

  it("health and logs end with 1 and say which Gateway they tried", async () => {
    const health = await home.run(["health"]);
    expect(health).toMatchObject({ code: 1, stdout: "" });
    expect(health.stderr).toContain("Gateway target: ws://127.0.0.1:9\nSource: local loopback\n");
    const logs = await home.run(["logs"]);
    expect(logs).toMatchObject({ code: 1, stdout: "" });
    expect(logs.stderr).toMatch(/^Gateway not reachable\. Is it running and accessible\?\n/);
    expect(logs.stderr).toContain("Hint: run `openclaw doctor`.");
    const json = await home.run(["logs", "--json"]);
    expect(json).toMatchObject({ code: 1, stdout: "" });
    expect(JSON.parse(json.stderr)).toMatchObject({ type: "error", message: expect.stringContaining("not reachable") });
  });

  it("gateway status ends with 1 and shows the probe's target", async () => {
    const { code, stdout, stderr } = await home.run(["gateway", "status"]);
    expect(code).toBe(1);
    expect(stdout).toContain("Probe target: ws://127.0.0.1:9");
    expect(stderr).toContain("RPC probe: failed");
    const skipped = await home.run(["gateway", "status", "--no-probe", "--json"]);
    expect(skipped.code).toBe(0);
    expect(JSON.parse(skipped.stdout)).not.toHaveProperty("rpc");
  });

  it("refuses an address without credentials before it connects", async () => {
    const { code, stderr } = await home.run(["gateway", "call", "health", "--url", "ws://127.0.0.1:9"]);
    expect(code).toBe(1);
    expect(stderr.trim().split("\n")).toHaveLength(3);
    expect(stderr).toContain("gateway url override requires explicit credentials");
  });

  it("lists the sessions of a store", async () => {
    expect((await home.run(["sessions"])).stdout).toContain("No sessions found.");
    expect((await home.run(["sessions", "--active", "x"])).stderr).toBe(
      "--active must be a positive integer (minutes)\n",
    );
    home.writeConfig(
      JSON.stringify({ "agent:main:main": { sessionId: "s-1", updatedAt: Date.now(), totalTokens: 10 } }),
    );
    const store = home.configPath;
    const { stdout } = await home.run(["sessions", "--store", store, "--json"], {
      env: { OPENCLAW_CONFIG_PATH: path.join(home.home, "none.json") },
    });
    expect(JSON.parse(stdout)).toMatchObject({
      path: store,
      count: 1,
      activeMinutes: null,
      sessions: [{ key: "agent:main:main", kind: "direct", sessionId: "s-1", totalTokens: 10 }],
    });
  });

  it("prints the dashboard's address without the token", async () => {
    home.writeConfig('{ gateway: { auth: { token: "very-secret-token" }, controlUi: { basePath: "claw" } } }');
    const { stdout, code } = await home.run(["dashboard", "--no-open"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Dashboard URL: http://127.0.0.1:9/claw/\n");
    expect(stdout).toContain("Browser launch disabled (--no-open). Use the URL above.");
    expect(stdout).toContain("openclaw config get gateway.auth.token");
    expect(stdout).not.toContain("very-secret-token");
  });
});

describe("agent", () => {
  it("wants a session", async () => {
    expect(await home.run(["agent", "-m", "hi"])).toEqual({
      code: 1,
      stdout: "",
      stderr: "Pass --to <E.164>, --session-id, or --agent to choose a session\n",
    });
    expect((await home.run(["agent", "--agent", "main"])).stderr).toBe(
      "error: required option '-m, --message <text>' not specified\n",
    );
    expect((await home.run(["agent", "-m", "x", "--agent", "main", "--timeout", "0"])).stderr).toBe(
      "--timeout must be a positive integer (seconds)\n",
    );
  });

  it("runs in this process without a Gateway, and goes on with the session it made", async () => {
    home.writeConfig('{ agents: { defaults: { model: { primary: "offline/assistant" }, skipBootstrap: true } } }');
    const first = await home.run(["agent", "--local", "--session-id", "my-id", "-m", "hello", "--json"]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    const result = JSON.parse(first.stdout);
    expect(result.payloads[0].text).toContain("offline assistant");
    expect(result.meta.agentMeta).toMatchObject({ sessionId: "my-id", provider: "offline", model: "assistant" });
    const second = await home.run(["agent", "--session-id", "my-id", "-m", "hello again", "--thinking", "high"]);
    expect(second.stdout).toContain("offline assistant");
    expect(second.stderr).toMatch(/^Gateway agent failed; falling back to embedded: /);
    const { sessions } = JSON.parse((await home.run(["sessions", "--json"])).stdout);
    expect(sessions).toMatchObject([{ key: "agent:main:explicit:my-id", sessionId: "my-id", thinkingLevel: "high" }]);
  });

  it("runs nothing here once the Gateway has the message, though the connection ends", async () => {
    home.writeConfig('{ agents: { defaults: { model: { primary: "offline/assistant" }, skipBootstrap: true } } }');
    const gateway = await scriptedGateway();
    const env = { OPENCLAW_GATEWAY_PORT: new URL(gateway.url).port, OPENCLAW_GATEWAY_TOKEN: "t" };
    const acceptAndDie = async () => {
      const peer = await gateway.accept();
      await peer.welcome();
      const request = await peer.next();
      peer.answer(request, { runId: request.params.idempotencyKey, status: "accepted" });
      peer.drop();
      return request.method;
    };
    try {
      const argv = ["agent", "--agent", "main", "-m", "only once"];
      const [{ code, stdout, stderr }, method] = await Promise.all([home.run(argv, { env }), acceptAndDie()]);
      expect({ code, stdout, method }).toEqual({ code: 1, stdout: "", method: "agent" });
      expect(stderr).toContain("Whether the Gateway took the message is not known");
      expect(stderr).not.toContain("falling back to embedded");
      expect(existsSync(path.join(home.home, ".openclaw", "agents", "main", "sessions"))).toBe(false);
      expect(gateway.connections).toBe(1);
    } finally {
      await gateway.close();
    }
  });

  it("does not know agents that are not configured", async () => {
    const { code, stderr } = await home.run(["agent", "--local", "--agent", "ghost", "-m", "boo"]);
    expect(code).toBe(1);
    expect(stderr).toContain('Unknown agent id "ghost"');
  });
});
