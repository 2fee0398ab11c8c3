import fs from "node:fs";
import path from "node:path";
import { fileDeviceTokens, loadDeviceIdentity, pinnedWebSocket } from "@openclaw/client/node";
import { loadConfig } from "@openclaw/config";
import { resolvePaths } from "@openclaw/config/paths";
import { silentLog } from "@openclaw/log";
import { createNodeHost } from "@openclaw/node-host";
import { systemClock } from "@openclaw/storage";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startTestGateway, type TestGateway, testToken } from "../../gateway/src/testing/test-gateway.ts";
import { connectGateway } from "../src/call/gateway-call.ts";
import { applyCoreDns } from "../src/discovery/coredns.ts";
import { findGateways } from "../src/discovery/find-gateways.ts";
import { parseSshTarget } from "../src/discovery/ssh-tunnel.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
let gateway: TestGateway | undefined;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  home[Symbol.dispose]();
});
/** A program of the system, as a shell script. */
const program = (name: string, script: string) => {
  fs.mkdirSync(path.join(home.home, "bin"), { recursive: true });
  fs.writeFileSync(path.join(home.home, "bin", name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
};
const env = (extra: NodeJS.ProcessEnv = {}) => ({
  PATH: `${path.join(home.home, "bin")}:${process.env.PATH}`,
  ...extra,
});

/** `ssh` that forwards what it is asked to, whatever port is named, to a port of the test's Gateway. */
const forwardingSsh = (port: number) => {
  const forward = `const [local] = process.argv[process.argv.indexOf("-L") + 1].split(":");
const fs = require("fs");
fs.appendFileSync(${JSON.stringify(path.join(home.home, "ssh-args"))}, process.argv.slice(2).join(" ") + "\\n");
fs.appendFileSync(${JSON.stringify(path.join(home.home, "ssh-pids"))}, process.pid + "\\n");
const net = require("net");
net.createServer((a) => { const b = net.connect(${port}, "127.0.0.1"); a.pipe(b).pipe(a); a.on("error", () => b.destroy()); b.on("error", () => a.destroy()); })
  .listen(Number(local), "127.0.0.1");
process.on("SIGTERM", () => { fs.writeFileSync(${JSON.stringify(path.join(home.home, "ssh-closed"))}, ""); process.exit(0); });`;
  fs.mkdirSync(path.join(home.home, "bin"), { recursive: true });
  fs.writeFileSync(path.join(home.home, "bin", "forward.cjs"), forward);
  program("ssh", `exec ${process.execPath} ${path.join(home.home, "bin", "forward.cjs")} "$@"`);
};
const sshArgs = () => fs.readFileSync(path.join(home.home, "ssh-args"), "utf8").trim();

const record = (fingerprint = "") =>
  `=;eth0;IPv4;Ada\\039s\\032Mac;_openclaw-gw._tcp;local;mac.local;192.168.1.5;18789;"role=gateway" "transport=gateway" "displayName=Ada's Mac" "lanHost=mac.local" "gatewayPort=18789"${fingerprint}`;

describe("gateway discover", () => {
  it("lists each Gateway once, with the address to use", async () => {
    const tls = ` "gatewayTls=1" "gatewayTlsSha256=${"ab".repeat(32)}" "sshPort=2222"`;
    const wlan = record(tls).replace("eth0", "wlan0");
    program("avahi-browse", `cat <<'EOF'\n+;eth0;IPv4;x;_openclaw-gw._tcp;local\n${record(tls)}\n${wlan}\nEOF`);
    const text = await home.run(["gateway", "discover"], { env: env() });
    expect(text.code).toBe(0);
    expect(text.stdout).toContain("Found 1 gateway(s) · domains: local.");
    expect(text.stdout).toContain("ws: wss://mac.local:18789");
    expect(text.stdout).toContain("-p 2222");
    const json = JSON.parse((await home.run(["gateway", "discover", "--json"], { env: env() })).stdout);
    expect(json).toMatchObject({
      timeoutMs: 2000,
      domains: ["local."],
      count: 1,
      beacons: [
        { instanceName: "Ada's Mac", wsUrl: "wss://mac.local:18789", gatewayTlsFingerprintSha256: "ab".repeat(32) },
      ],
    });
  });

  it("asks dns-sd on a Mac, which never ends by itself", async () => {
    const browsed = [
      "Browsing for _openclaw-gw._tcp.local.",
      "Timestamp     A/R    Flags  if Domain               Service Type         Instance Name",
      "12:00:00.100  Add        3   4 local.               _openclaw-gw._tcp.   Ada's Mac (OpenClaw)",
      "12:00:00.101  Add        2   7 local.               _openclaw-gw._tcp.   Ada's Mac (OpenClaw)",
      "12:00:00.200  Rmv        0   4 local.               _openclaw-gw._tcp.   Gone (OpenClaw)",
    ];
    const resolved = [
      "Lookup Ada's Mac (OpenClaw)._openclaw-gw._tcp.local.",
      "12:00:00.300  Ada\\032Mac._openclaw-gw._tcp.local. can be reached at mac.local.:18790 (interface 4)",
      ` role=gateway transport=gateway displayName=Ada's\\ Mac lanHost=mac.local gatewayPort=18790 canvasPort=18794 gatewayTls=1 gatewayTlsSha256=${"cd".repeat(32)}`,
    ];
    program(
      "dns-sd",
      `echo "$*" >> ${home.home}/dns-sd-calls\ncase "$1" in\n-B) cat <<'EOF'\n${browsed.join("\n")}\nEOF\n;;\n-L) cat <<'EOF'\n${resolved.join("\n")}\nEOF\n;;\nesac\nexec sleep 60`,
    );
    const found = await findGateways({ config: {}, env: env(), timeoutMs: 600, platform: "darwin" });
    expect(found.beacons).toMatchObject([
      {
        instanceName: "Ada's Mac (OpenClaw)",
        displayName: "Ada's Mac",
        host: "mac.local",
        port: 18790,
        canvasPort: 18794,
        gatewayTlsFingerprintSha256: "cd".repeat(32),
        wsUrl: "wss://mac.local:18790",
      },
    ]);
    expect(fs.readFileSync(path.join(home.home, "dns-sd-calls"), "utf8").trim().split("\n")).toEqual([
      "-B _openclaw-gw._tcp local.",
      "-L Ada's Mac (OpenClaw) _openclaw-gw._tcp local.",
    ]);
  });

  it("finds nothing without a tool, and says what it does not understand", async () => {
    const found = await home.run(["gateway", "discover"], { env: { PATH: "/nowhere" } });
    expect(found).toMatchObject({ code: 0, stdout: expect.stringContaining("Found 0 gateway(s)") });
    expect((await home.run(["gateway", "discover", "--timeout", "soon"])).stderr).toContain("invalid --timeout: soon");
  });

  it("browses the wide-area domain too", async () => {
    program(
      "avahi-browse",
      `case "$*" in *"-d a.internal"*) echo '${record().replace(";local;", ";a.internal;").replaceAll("'", "'\\''")}';; esac`,
    );
    const json = await home.run(["gateway", "discover", "--json"], {
      env: env({ OPENCLAW_WIDE_AREA_DOMAIN: "a.internal" }),
    });
    expect(JSON.parse(json.stdout)).toMatchObject({
      domains: ["local.", "a.internal."],
      count: 1,
      beacons: [{ domain: "a.internal." }],
    });
  });
});

describe("gateway probe", () => {
  const probe = async (argv: string[], port: number) => {
    const { code, stdout, stderr } = await home.run(["gateway", "probe", "--json", ...argv], {
      env: env({ OPENCLAW_GATEWAY_PORT: String(port), OPENCLAW_GATEWAY_TOKEN: testToken }),
    });
    return { code, stderr, report: JSON.parse(stdout) };
  };

  it("asks every Gateway that could be meant, and prefers the one commands use", async () => {
    gateway = await startTestGateway();
    await using other = await startTestGateway();
    const remote = { url: other.url, token: testToken };
    home.writeConfig(JSON.stringify({ gateway: { mode: "remote", remote } }));
    const { code, report } = await probe([], gateway.port);
    expect(code).toBe(0);
    expect(report).toMatchObject({
      ok: true,
      primaryTargetId: "configRemote",
      warnings: [{ code: "multiple_gateways", targetIds: ["configRemote", "localLoopback"] }],
      targets: [
        { id: "configRemote", url: other.url, active: true, connect: { ok: true }, health: { ok: true } },
        { id: "localLoopback", active: false, connect: { ok: true }, self: { version: "2026.1.1" } },
      ],
    });
    expect(JSON.stringify(report)).not.toContain(testToken);
  });

  it("fails when nobody answers, and says why", async () => {
    const { code, report } = await probe([], 9);
    expect(code).toBe(1);
    expect(report.targets).toMatchObject([{ id: "localLoopback", connect: { ok: false } }]);
    const text = await home.run(["gateway", "probe"], { env: env() });
    expect(text.stdout).toContain("Reachable: no");
  });

  it("goes through an SSH tunnel, and closes it afterwards", async () => {
    gateway = await startTestGateway();
    const { port } = gateway;
    forwardingSsh(port);
    home.writeConfig(JSON.stringify({ gateway: { port: 19_991 } }));
    const { report } = await probe(["--ssh", "ada@mac:2222", "--token", testToken], 9);
    const tunnel = report.targets.find((target: { id: string }) => target.id === "sshTunnel");
    expect(tunnel).toMatchObject({ connect: { ok: true }, tunnel: { target: "ada@mac:2222" }, health: { ok: true } });
    expect(sshArgs()).toMatch(
      /^-N -L \d+:127\.0\.0\.1:19991 -o ExitOnForwardFailure=yes -o BatchMode=yes -o StrictHostKeyChecking=accept-new -o ConnectTimeout=5 -o ServerAliveInterval=15 -o ServerAliveCountMax=3 -p 2222 -- ada@mac$/,
    );
    expect(fs.existsSync(path.join(home.home, "ssh-closed"))).toBe(true);
  });

  it("reports a tunnel that does not open with what ssh said last", async () => {
    program("ssh", 'echo "first" >&2; echo "Permission denied (publickey)." >&2; exit 255');
    const { report } = await probe(["--ssh", "ada@mac", "--token", "t"], 9);
    expect(report.warnings).toMatchObject([
      { code: "ssh_tunnel_failed", message: expect.stringContaining("Permission denied") },
    ]);
  });

  it("takes no option of ssh for a target", () => {
    for (const text of ["-oProxyCommand=x", "", "a b", "ada@-oX"])
      expect(() => parseSshTarget(text), text).toThrow("--ssh:");
    expect(parseSshTarget("ada@mac:22")).toEqual({ destination: "ada@mac", port: 22 });
  });
});

describe("a remote Gateway over SSH", () => {
  const configure = (remote: object) => home.writeConfig(JSON.stringify({ gateway: { mode: "remote", remote } }));
  const overSsh = { transport: "ssh", sshTarget: "ada@mac:2222", sshIdentity: "/keys/ada" };

  it("is what every command talks to, through a tunnel of its own", async () => {
    gateway = await startTestGateway();
    forwardingSsh(gateway.port);
    // Somebody listens on the port the Gateway has over there: the tunnel takes another one here.
    configure({ ...overSsh, url: `ws://mac.local:${gateway.port}`, token: testToken });
    const commands = [
      ["gateway", "call", "health"],
      ["status", "--json"],
      ["logs", "--json"],
      ["agent", "--to", "+15550001111", "--message", "hello"],
    ];
    for (const command of commands) {
      const { code, stderr } = await home.run(command, { env: env() });
      expect({ command, code, stderr }).toMatchObject({ code: 0 });
    }
    for (const line of sshArgs().split("\n")) {
      expect(line).toMatch(new RegExp(`-L (\\d+):127\\.0\\.0\\.1:${gateway.port} .* -p 2222 -i /keys/ada -- ada@mac$`));
      expect(line).not.toContain(`-L ${gateway.port}:`);
    }
    expect(sshArgs().split("\n").length).toBeGreaterThanOrEqual(commands.length);
    await expect.poll(() => fs.existsSync(path.join(home.home, "ssh-closed"))).toBe(true);
    const { stdout } = await home.run(["gateway", "probe", "--json"], { env: env() });
    expect(JSON.parse(stdout)).toMatchObject({
      primaryTargetId: "configRemote",
      targets: [
        { id: "configRemote", active: true, tunnel: { target: "ada@mac:2222" }, connect: { ok: true } },
        { id: "localLoopback" },
      ],
    });
  });

  it("is found again by a lasting connection after its tunnel has broken", async () => {
    gateway = await startTestGateway();
    forwardingSsh(gateway.port);
    configure({ ...overSsh, token: testToken });
    const paths = resolvePaths({ HOME: home.home });
    const connected: (() => void)[] = [];
    const connection = await connectGateway({
      context: {
        config: () => loadConfig({ paths, env: env() }),
        env: env(),
        paths,
        version: "1.2.3",
      },
      reconnect: true,
      onState: ({ kind }) => kind === "connected" && connected.shift()?.(),
    });
    const pids = () => fs.readFileSync(path.join(home.home, "ssh-pids"), "utf8").trim().split("\n").map(Number);
    const again = new Promise<void>((resolve) => connected.push(resolve));
    process.kill(pids()[0] ?? 0, "SIGKILL");
    await again;
    expect(await connection.call("health")).toMatchObject({ ok: true });
    expect(pids()).toHaveLength(2);
    connection.close();
  });

  it("says what ssh said last, and which Gateway was meant", async () => {
    program("ssh", 'echo "ada@mac: Permission denied (publickey)." >&2; exit 255');
    configure({ ...overSsh, token: "remote-secret" });
    const failed = await home.run(["health"], { env: env() });
    expect(failed).toMatchObject({ code: 1 });
    expect(failed.stderr).toContain("SSH tunnel failed: ada@mac: Permission denied (publickey).");
    expect(failed.stderr).toContain("Source: config gateway.remote, over ssh ada@mac:2222");
    expect(failed.stderr).not.toContain("remote-secret");
    const probed = await home.run(["gateway", "probe", "--json"], { env: env() });
    expect(JSON.parse(probed.stdout).warnings).toMatchObject([
      { code: "ssh_tunnel_failed", message: expect.stringContaining("Permission denied"), targetIds: ["configRemote"] },
    ]);
  });

  it("needs to be told where to log in", async () => {
    configure({ transport: "ssh", url: "ws://mac.local:18789", token: "t" });
    const missing = await home.run(["health"], { env: env() });
    expect(missing.stderr).toContain('gateway.remote.transport is "ssh", but gateway.remote.sshTarget is missing');
    configure({ ...overSsh, sshTarget: "-oProxyCommand=x", token: "t" });
    expect((await home.run(["health"], { env: env() })).stderr).toContain(
      'gateway.remote.sshTarget: "-oProxyCommand=x"',
    );
    // The end of a forward that somebody else holds is used as it is.
    gateway = await startTestGateway();
    configure({ transport: "ssh", url: gateway.url, token: testToken });
    expect(await home.run(["health"], { env: { PATH: "/nowhere" } })).toMatchObject({ code: 0 });
  });
});

describe("a Gateway with a certificate of its own", () => {
  it("is reached by its fingerprint, and told nothing by those who expect another", async () => {
    gateway = await startTestGateway({ config: { gateway: { tls: { enabled: true } } } });
    const pin = /TLS fingerprint: sha256:([0-9a-f]{64})/.exec(gateway.log())?.[1] ?? "";
    const url = `wss://127.0.0.1:${gateway.port}`;
    const there = ["--url", url, "--token", testToken];
    const commands = [
      ["gateway", "call", "health"],
      ["gateway", "health"],
      ["gateway", "status"],
    ];
    for (const command of commands) {
      const right = await home.run([...command, ...there, "--tls-fingerprint", pin]);
      expect(right, command.join(" ")).toMatchObject({ code: 0 });
      const wrong = await home.run([...command, ...there, "--tls-fingerprint", "ab".repeat(32)]);
      expect(wrong.code).toBe(1);
      expect(wrong.stderr, command.join(" ")).toContain("gateway tls fingerprint mismatch");
    }
    const remote = { url, token: testToken, tlsFingerprint: `sha256:${pin}` };
    home.writeConfig(JSON.stringify({ gateway: { mode: "remote", remote } }));
    expect((await home.run(["health"])).code).toBe(0);
    home.writeConfig(JSON.stringify({ gateway: { mode: "remote", remote: { url, token: testToken } } }));
    expect((await home.run(["health"])).code).toBe(1);
  });

  it("is reached from its own machine without being told the fingerprint", async () => {
    gateway = await startTestGateway({ config: { gateway: { tls: { enabled: true } } } });
    const own = {
      OPENCLAW_STATE_DIR: gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(gateway.port),
      OPENCLAW_CONFIG_PATH: gateway.configPath,
    };
    expect(await home.run(["health"], { env: own })).toMatchObject({ code: 0 });
  });
});

describe("a node of a Gateway with a certificate of its own", () => {
  const node = (port: number, pin: string) =>
    home.run(["node", "run", "--port", String(port), "--tls", "--tls-fingerprint", pin], {
      env: { OPENCLAW_GATEWAY_TOKEN: testToken },
    });

  it("is told nothing by a node that expects another, which says so and ends (acceptance 24)", async () => {
    gateway = await startTestGateway({ config: { gateway: { tls: { enabled: true } } } });
    const before = gateway.log().length;
    const refused = await node(gateway.port, "ab".repeat(32));
    expect(refused).toMatchObject({ code: 1, stderr: expect.stringContaining("gateway tls fingerprint mismatch") });
    expect(refused.stderr).not.toContain("    at ");
    expect(gateway.log().slice(before)).not.toMatch(/node-host|pairing/);
    const own = {
      OPENCLAW_STATE_DIR: gateway.stateDir,
      OPENCLAW_GATEWAY_PORT: String(gateway.port),
      OPENCLAW_CONFIG_PATH: gateway.configPath,
    };
    const nodes = async () => JSON.parse((await home.run(["nodes", "status", "--json"], { env: own })).stdout).nodes;
    expect(await nodes()).toEqual([]);
    expect((await node(gateway.port, "no fingerprint")).stderr).toContain("gateway tls fingerprint missing");
    const [, pin = ""] = /TLS fingerprint: sha256:([0-9a-f]{64})/.exec(gateway.log()) ?? [];
    const url = `wss://127.0.0.1:${gateway.port}`;
    const stateDir = path.join(home.home, "node");
    const host = createNodeHost({
      url,
      stateDir,
      nodeId: "n1",
      displayName: "Pinned",
      version: "1.2.3",
      identity: loadDeviceIdentity(stateDir),
      deviceTokens: fileDeviceTokens(stateDir),
      credentials: () => ({ token: testToken }),
      env: {},
      clock: systemClock,
      log: silentLog,
      WebSocket: await pinnedWebSocket(url, pin),
    });
    await host.start();
    expect(await nodes()).toMatchObject([{ displayName: "Pinned", connected: true, paired: true }]);
    await host.stop();
  });
});

describe("dns setup", () => {
  it("shows what to set, and carries it out on a Mac alone", async () => {
    const shown = await home.run(["dns", "setup", "--domain", "a.internal"]);
    expect(shown.code).toBe(0);
    for (const text of ["a.internal.", "a.internal.db", "reload 10s", '"bind": "auto"', "split DNS"])
      expect(shown.stdout).toContain(text);
    const applied = await home.run(["dns", "setup", "--domain", "a.internal", "--apply"]);
    expect(applied).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("dns setup is currently supported on macOS only"),
    });
    expect((await home.run(["dns", "setup"])).stderr).toContain(
      "No wide-area domain configured. Set discovery.wideArea.domain or pass --domain.",
    );
  });

  it("adds its own block to CoreDNS and leaves what others wrote", async () => {
    const prefix = path.join(home.home, "brew");
    fs.mkdirSync(path.join(prefix, "etc", "coredns"), { recursive: true });
    fs.writeFileSync(path.join(prefix, "etc", "coredns", "Corefile"), "example.org:53 {\n}\n");
    program("brew", `echo "$*" >> ${home.home}/calls; case "$1" in --prefix) echo ${prefix};; list) exit 1;; esac`);
    program("sudo", `echo "sudo $*" >> ${home.home}/calls`);
    const options = {
      domain: "a.internal.",
      addresses: ["100.101.102.103"],
      zoneFile: path.join(home.home, "dns", "a.internal.db"),
      env: env(),
      platform: "darwin" as const,
      now: Date.UTC(2026, 1, 9),
    };
    await applyCoreDns(options);
    await applyCoreDns(options);
    const corefile = fs.readFileSync(path.join(prefix, "etc", "coredns", "Corefile"), "utf8");
    expect(corefile).toBe(`example.org:53 {\n}\nimport ${prefix}/etc/coredns/conf.d/*.server\n`);
    expect(fs.readFileSync(path.join(prefix, "etc", "coredns", "conf.d", "a.internal.server"), "utf8")).toContain(
      "bind 100.101.102.103",
    );
    expect(fs.readFileSync(options.zoneFile, "utf8")).toContain("2026020901");
    expect(fs.readFileSync(path.join(home.home, "calls"), "utf8")).toContain("sudo brew services restart coredns");
    await expect(applyCoreDns({ ...options, addresses: [] })).rejects.toThrow("no tailnet IP detected");
  });
});
