import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import net from "node:net";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { freePort, programHome } from "./program-home.ts";

/** Runs a test in a home of its own. */
const inHome = (test: (home: ReturnType<typeof programHome>, port: number) => Promise<void>) => async () => {
  const home = programHome();
  try {
    await test(home, await freePort());
  } finally {
    await home.close();
  }
};

const listening = /listening on ws:\/\/127\.0\.0\.1:(\d+) \(PID (\d+)\)/;

describe("gateway run", () => {
  it(
    "takes over configuration and sessions of a former release, once",
    inHome(async (home, port) => {
      home.writeConfig({ gateway: { mode: "local", token: "secret" }, messages: { tts: { enabled: false } } });
      const old = path.join(home.stateDir, "sessions");
      mkdirSync(old, { mode: 0o700 });
      writeFileSync(path.join(old, "sessions.json"), JSON.stringify({ main: { sessionId: "a", updatedAt: 5 } }));
      const run = async () => {
        const gateway = home.start(["gateway", "--port", String(port)]);
        await gateway.output(listening);
        gateway.kill("SIGTERM");
        return (await gateway.finished).stdout;
      };
      expect(await run()).toContain("Moved gateway.token → gateway.auth.token.");
      const config = readFileSync(path.join(home.stateDir, "openclaw.json"), "utf8");
      expect(JSON.parse(config)).toMatchObject({
        gateway: { auth: { mode: "token", token: "secret" } },
        messages: { tts: { auto: "off" } },
      });
      expect(existsSync(path.join(home.stateDir, "openclaw.json.bak"))).toBe(true);
      const store = path.join(home.stateDir, "agents", "main", "sessions", "sessions.json");
      expect(JSON.parse(readFileSync(store, "utf8"))).toMatchObject({ "agent:main:main": { sessionId: "a" } });
      expect(existsSync(old)).toBe(false);
      const before = readFileSync(store, "utf8");
      expect(await run()).not.toContain("Moved");
      expect(readFileSync(store, "utf8")).toBe(before);
      expect(readFileSync(path.join(home.stateDir, "openclaw.json"), "utf8")).toBe(config);
    }),
  );

  // These wait for locks and for each other's programs, and leave time for one another meanwhile.
  it.concurrent(
    "says what is missing before it starts anything",
    inHome(async (home, port) => {
      const lines = async (...argv: string[]) => {
        const { code, stdout, stderr } = await home.run(["gateway", ...argv]);
        expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
        return stderr;
      };
      expect(await lines("run")).toBe(
        "Missing config. Run `openclaw setup` or set gateway.mode=local (or pass --allow-unconfigured).\n",
      );
      expect(await lines("--bind", "nowhere", "--port", String(port))).toMatch(/^Missing config\./);
      home.writeConfig({ gateway: { bind: "loopback" } });
      expect(await lines()).toBe(
        "Gateway start blocked: set gateway.mode=local (current: unset) or pass --allow-unconfigured.\n",
      );
      home.writeConfig({ gateway: { mode: "local" } });
      expect(await lines()).toContain(
        "Gateway auth is set to token, but no token is configured.\nSet gateway.auth.token",
      );
      expect(await lines("--bind", "nowhere")).toBe(
        'Invalid --bind (use "loopback", "lan", "tailnet", "auto", or "custom")\n',
      );
      expect(await lines("--bind", "lan")).toContain("Refusing to bind gateway to lan without auth.");
      expect(existsSync(path.join(home.stateDir, "leases"))).toBe(false);
    }),
    60_000,
  );

  it.concurrent(
    "refuses a second Gateway on the same state with the first one's process id",
    inHome(async (home, port) => {
      home.writeConfig(home.gatewayConfig(port));
      const first = home.start(["gateway", "run"]);
      await first.output(listening);
      const second = await home.run(["gateway", "run", "--port", String(await freePort())]);
      expect(second.code).toBe(1);
      expect(second.stderr).toBe(
        [
          `Gateway failed to start: gateway already running (pid ${first.pid}); lock timeout after 5000ms`,
          "If the gateway is supervised, stop it with: openclaw gateway stop",
          "",
        ].join("\n"),
      );
    }),
    60_000,
  );

  it.concurrent(
    "refuses a port that is taken and says by whom, or frees it with --force",
    inHome(async (home, port) => {
      home.writeConfig(home.gatewayConfig(port));
      const other = programHome();
      try {
        other.writeConfig(other.gatewayConfig(port));
        const first = other.start(["gateway", "run"]);
        await first.output(listening);
        const refused = await home.run(["gateway", "run"]);
        expect(refused.code).toBe(1);
        expect(refused.stderr).toContain(
          `Gateway failed to start: another gateway instance is already listening on ws://127.0.0.1:${port}`,
        );
        expect(refused.stderr).toContain(`- pid ${first.pid}: `);
        const forced = home.start(["gateway", "run", "--force"]);
        await forced.output(listening);
        expect((await forced.output(/force: killed pid (\d+)/))[1]).toBe(String(first.pid));
        expect((await first.finished).code).toBe(0);
      } finally {
        await other.close();
      }
    }),
    60_000,
  );

  it(
    "runs until SIGTERM, writes its log and leaves nothing behind",
    inHome(async (home, port) => {
      home.writeConfig(home.gatewayConfig(port));
      const gateway = home.start(["gateway", "run"]);
      const [, ownPort, pid] = await gateway.output(listening);
      expect([ownPort, pid]).toEqual([String(port), String(gateway.pid)]);
      await gateway.output(/agent model: offline\/assistant/);
      gateway.kill("SIGTERM");
      const { code, stdout } = await gateway.finished;
      expect(code).toBe(0);
      expect(stdout).toContain(`log file: ${home.logFile}`);
      expect(stdout).toContain("received SIGTERM; shutting down");
      expect(statSync(home.logFile).mode & 0o777).toBe(0o600);
      for (const line of readFileSync(home.logFile, "utf8").trim().split("\n")) {
        expect(JSON.parse(line)).toMatchObject({
          _meta: { logLevelName: expect.any(String) },
          time: expect.any(String),
        });
      }
      expect(existsSync(path.join(home.stateDir, "leases", "gateway.lease"))).toBe(false);
    }),
  );

  it(
    "shows more on the console than in the file with --verbose, and warns once of a pattern that is none",
    inHome(async (home, port) => {
      const config = home.gatewayConfig(port);
      home.writeConfig({ ...config, logging: { ...config.logging, level: "warn", redactPatterns: ["("] } });
      const gateway = home.start(["gateway", "run", "--verbose"]);
      await gateway.output(listening);
      await home.run(["health"]);
      gateway.kill("SIGTERM");
      const { stdout, stderr } = await gateway.finished;
      expect(stdout + stderr).toMatch(/received SIGTERM/);
      const levels = readFileSync(home.logFile, "utf8")
        .trim()
        .split("\n")
        .map((line) => JSON.parse(line)._meta.logLevelName);
      expect(new Set(levels)).toEqual(new Set(["WARN"]));
      expect((stdout + stderr).match(/logging\.redactPatterns/g)).toHaveLength(1);
      expect(stdout + stderr).toContain('logging.redactPatterns: not a regular expression, ignored: "("');
    }),
  );

  it(
    "lets flags win over environment and config",
    inHome(async (home, port) => {
      home.writeConfig(home.gatewayConfig(1));
      const gateway = home.start(["gateway", "--port", "2", "run", "--port", String(port)], {
        OPENCLAW_GATEWAY_PORT: "3",
      });
      expect((await gateway.output(listening))[1]).toBe(String(port));
    }),
  );

  it(
    "restarts in its process when SIGUSR1 is allowed, and only then",
    inHome(async (home, port) => {
      const config = home.gatewayConfig(port);
      home.writeConfig(config);
      const guarded = home.start(["gateway", "run"]);
      await guarded.output(listening);
      guarded.kill("SIGUSR1");
      await guarded.output(
        /SIGUSR1 restart ignored \(not authorized; enable commands\.restart or use gateway tool\)\./,
      );
      guarded.kill("SIGINT");
      expect((await guarded.finished).code).toBe(0);

      home.writeConfig({ ...config, commands: { restart: true } });
      const gateway = home.start(["gateway", "run"]);
      await gateway.output(listening);
      gateway.kill("SIGUSR1");
      await gateway.output(/listening on .*closed for a restart.*listening on /s);
      const health = await home.run(["health", "--json"]);
      expect(JSON.parse(health.stdout)).toMatchObject({ ok: true });
      gateway.kill("SIGTERM");
      const { code, stdout } = await gateway.finished;
      expect(code).toBe(0);
      expect(stdout.match(/\(PID \d+\)/g)).toEqual([`(PID ${gateway.pid})`, `(PID ${gateway.pid})`]);
    }),
  );

  it(
    "starts anew when the configuration asks for it",
    inHome(async (home, port) => {
      const config = home.gatewayConfig(port);
      home.writeConfig(config);
      const gateway = home.start(["gateway", "run"]);
      await gateway.output(listening);
      const moved = await freePort();
      home.writeConfig({ ...config, gateway: { ...config.gateway, port: moved } });
      expect((await gateway.output(new RegExp(`listening on ws://127\\.0\\.0\\.1:${moved} \\(PID (\\d+)\\)`)))[1]).toBe(
        String(gateway.pid),
      );
    }),
  );

  it(
    "stays up when it could not start with the new configuration",
    inHome(async (home, port) => {
      const config = home.gatewayConfig(port);
      home.writeConfig(config);
      const gateway = home.start(["gateway", "run"]);
      await gateway.output(listening);
      home.writeConfig({ ...config, gateway: { ...config.gateway, mode: "remote" } });
      await gateway.output(/restart skipped, the Gateway would not start again: Gateway start blocked/);
      // Back at the configuration it runs with, it has nothing to restart for.
      home.writeConfig(config);
      await gateway.output(/config change applied \(dynamic reads: gateway\.mode\)/);
      const health = await home.run(["health", "--json"]);
      expect(JSON.parse(health.stdout)).toMatchObject({ ok: true });
    }),
  );

  it(
    "makes a development instance and removes nothing else",
    inHome(async (home, port) => {
      const gateway = home.start(["gateway", "--dev", "--token", "dev-token-0123456789abcdef", "--port", String(port)]);
      await gateway.output(listening);
      const { stdout } = await (async () => {
        gateway.kill("SIGTERM");
        return gateway.finished;
      })();
      expect(stdout).toContain("Dev config ready: ~/.openclaw/openclaw.json");
      expect(stdout).toContain("Dev workspace ready: ~/.openclaw/workspace-dev");
      expect(JSON.parse(readFileSync(home.configPath, "utf8"))).toMatchObject({
        gateway: { mode: "local", bind: "loopback" },
        agents: { defaults: { skipBootstrap: true }, list: [{ id: "dev", identity: { name: "C3-PO" } }] },
      });
      home.writeConfig(home.gatewayConfig(port));
      const refused = await home.run(["gateway", "--dev", "--reset"]);
      expect(refused.code).toBe(1);
      expect(refused.stderr).toContain("--reset removes only a development instance");
      expect(existsSync(home.configPath)).toBe(true);
    }),
  );

  it(
    "ends when something else holds the port, whatever it is",
    inHome(async (home, port) => {
      home.writeConfig(home.gatewayConfig(port));
      const server = net.createServer();
      await new Promise<void>((resolve) => server.listen(port, "127.0.0.1", resolve));
      const { code, stderr } = await home.run(["gateway", "run"]);
      await new Promise((resolve) => server.close(resolve));
      expect(code).toBe(1);
      expect(stderr).toContain("another gateway instance is already listening");
    }),
  );
});
