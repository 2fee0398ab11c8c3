import { chmodSync, existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

const token = "0123456789abcdef0123456789abcdef";

/** A home with a `systemctl` and a `loginctl` that note how they were called; `systemctl` fails where told. */
function managedHome(options: { unavailable?: boolean } = {}) {
  const home = temporaryHome();
  const bin = path.join(home.home, "fake-bin");
  const calls = path.join(home.home, "calls.log");
  const enabled = path.join(home.home, "enabled");
  mkdirSync(bin);
  const script = (name: string, body: string) => {
    writeFileSync(path.join(bin, name), `#!/bin/sh\necho "${name} $*" >> "${calls}"\n${body}\n`);
    chmodSync(path.join(bin, name), 0o755);
  };
  script(
    "systemctl",
    options.unavailable
      ? 'echo "Failed to connect to bus: No medium found" >&2; exit 1'
      : [
          'case "$2" in',
          `  is-enabled) test -e "${enabled}/$3" ;;`,
          `  enable) mkdir -p "${enabled}"; touch "${enabled}/$3" ;;`,
          `  disable) rm -f "${enabled}/$4" ;;`,
          '  show) printf "ActiveState=inactive\\nSubState=dead\\nMainPID=0\\n" ;;',
          "esac",
        ].join("\n"),
  );
  script("loginctl", "echo Linger=yes");
  const env = { PATH: `${bin}:${process.env.PATH}` };
  return {
    ...home,
    [Symbol.dispose]: home[Symbol.dispose],
    units: path.join(home.home, ".config", "systemd", "user"),
    calls: () => (existsSync(calls) ? readFileSync(calls, "utf8").trim().split("\n") : []),
    go: (argv: readonly string[], extra: NodeJS.ProcessEnv = {}) => home.run(argv, { env: { ...env, ...extra } }),
  };
}

const configured = JSON.stringify({
  gateway: { mode: "local", port: 19_400, auth: { token } },
  env: { LANG: "de_DE" },
});

describe.skipIf(process.platform !== "linux")("gateway service commands", () => {
  it("installs the service of a profile: unit, PATH, mode 0600; the default profile does not take it for extra", async () => {
    using home = managedHome();
    const { code, stdout } = await home.go(["--profile", "work", "gateway", "install", "--token", token], {
      PNPM_HOME: "/opt/pnpm",
    });
    expect(code).toBe(0);
    expect(stdout).toBe("Gateway service installed (systemd openclaw-gateway-work).\n");
    const file = path.join(home.units, "openclaw-gateway-work.service");
    const text = readFileSync(file, "utf8");
    expect((statSync(file).mode & 0o777).toString(8)).toBe("600");
    expect(text).toMatch(/^ExecStart=\S+ \S+ gateway --port 9$/m);
    expect(text).toMatch(/^Environment=PATH=\/opt\/pnpm:/m);
    const { extraServices } = JSON.parse((await home.go(["gateway", "status", "--json", "--no-probe"])).stdout);
    expect(extraServices).toEqual([]);
  });

  it("takes port, token and variables from the configuration, and answers with one document", async () => {
    using home = managedHome();
    home.writeConfig(configured);
    const { stdout } = await home.go(["gateway", "install", "--json"], { OPENCLAW_GATEWAY_PORT: "" });
    expect(JSON.parse(stdout)).toEqual({
      ok: true,
      action: "install",
      result: "installed",
      message: "Gateway service installed (systemd openclaw-gateway).",
      service: { label: "systemd", loaded: true, loadedText: "enabled", notLoadedText: "disabled" },
    });
    const text = readFileSync(path.join(home.units, "openclaw-gateway.service"), "utf8");
    expect(text).toContain("gateway --port 19400\n");
    expect(text).toContain(`Environment=OPENCLAW_GATEWAY_TOKEN=${token}\n`);
    expect(text).toContain("Environment=LANG=de_DE\n");
  });

  it("leaves an installed service alone, and replaces it with --force", async () => {
    using home = managedHome();
    home.writeConfig(configured);
    await home.go(["gateway", "install"]);
    const again = await home.go(["gateway", "install"]);
    expect(again.stdout).toBe("Gateway service already enabled.\nReinstall with: openclaw gateway install --force\n");
    expect(JSON.parse((await home.go(["gateway", "install", "--json"])).stdout)).toMatchObject({
      result: "already-installed",
    });
    const forced = await home.go(["gateway", "install", "--force", "--port", "19500"]);
    expect(forced.code).toBe(0);
    expect(readFileSync(path.join(home.units, "openclaw-gateway.service"), "utf8")).toContain("--port 19500\n");
  });

  it("starts, stops, restarts and removes the service", async () => {
    using home = managedHome();
    await home.go(["gateway", "install", "--token", token]);
    for (const [verb, text] of [
      ["stop", "stopped"],
      ["start", "started"],
      ["restart", "restarted"],
      ["uninstall", "uninstalled"],
    ]) {
      expect(await home.go(["daemon", verb!])).toMatchObject({ code: 0, stdout: `Gateway service ${text}.\n` });
    }
    expect(existsSync(path.join(home.units, "openclaw-gateway.service"))).toBe(false);
    expect(home.calls()).toContain("systemctl --user stop openclaw-gateway.service");
  });

  it("says how to begin where there is no service; that is no failure", async () => {
    using home = managedHome();
    const { code, stdout } = await home.go(["gateway", "start"]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        "Gateway service disabled.",
        "Start with: openclaw gateway install",
        "Start with: systemctl --user start openclaw-gateway.service",
        "Start with: openclaw gateway run",
        "",
      ].join("\n"),
    );
    const json = JSON.parse((await home.go(["gateway", "restart", "--json"])).stdout);
    expect(json).toMatchObject({ ok: true, action: "restart", result: "not-loaded", service: { loaded: false } });
  });

  it("says what to do where systemd is not there", async () => {
    using home = managedHome({ unavailable: true });
    const { code, stdout, stderr } = await home.go(["gateway", "install", "--token", token]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Gateway install failed: systemd user services are unavailable");
    expect(stderr).toContain("openclaw gateway run");
    const check = JSON.parse((await home.go(["gateway", "stop", "--json"])).stdout);
    expect(check).toMatchObject({ ok: false, action: "stop", error: /^Gateway service check failed: / });
  });

  it("refuses a bad port, a bad runtime and Nix mode", async () => {
    using home = managedHome();
    const error = async (argv: string[], env: NodeJS.ProcessEnv = {}) => {
      const { code, stderr } = await home.go(["gateway", "install", ...argv], env);
      expect(code).toBe(1);
      return stderr.trim();
    };
    expect(await error(["--port", "many"])).toBe("Invalid port");
    expect(await error(["--runtime", "deno"])).toBe('Invalid --runtime (use "node" or "bun")');
    expect(await error([], { OPENCLAW_NIX_MODE: "1" })).toBe("Nix mode detected; service install is disabled.");
    expect(existsSync(home.units)).toBe(false);
  });

  it("warns when the service will have no token", async () => {
    using home = managedHome();
    const { code, stderr } = await home.go(["gateway", "install"]);
    expect(code).toBe(0);
    expect(stderr).toContain("openclaw doctor --generate-gateway-token");
  });

  it("shows service, configuration and probe; secrets of the unit never", async () => {
    using home = managedHome();
    home.writeConfig(configured);
    await home.go(["gateway", "install", "--port", "9"]);
    const text = await home.go(["gateway", "status"]);
    expect(text.code).toBe(1);
    expect(text.stdout).toContain("Service: systemd (enabled)");
    expect(text.stdout).toContain("Service file: ~/.config/systemd/user/openclaw-gateway.service");
    expect(text.stdout).toContain("Config (service): ~/.openclaw/openclaw.json\n");
    expect(text.stdout).toContain("port=9 (service args)");
    expect(text.stdout).toContain("Runtime: stopped (state inactive, sub dead)");
    expect(text.stderr).toContain("RPC probe: failed");
    const json = await home.go(["service", "--json"]);
    expect(JSON.parse(json.stdout)).toMatchObject({
      service: {
        loaded: true,
        command: { environment: { OPENCLAW_GATEWAY_PORT: "9" } },
        configAudit: { ok: true, issues: [] },
      },
      config: { daemon: { valid: true } },
      gateway: { port: 9, portSource: "service args" },
      rpc: { ok: false },
    });
    expect(text.stdout + text.stderr + json.stdout).not.toContain(token);
  });

  it("names the cause when service and command line read different configurations", async () => {
    using home = managedHome();
    await home.go(["gateway", "install", "--token", token]);
    const other = path.join(home.home, "other.json");
    const { stdout, stderr } = await home.go(["gateway", "status", "--no-probe"], { OPENCLAW_CONFIG_PATH: other });
    expect(stdout).toContain("Config (cli): ~/other.json (missing)");
    expect(stderr).toContain(
      "Root cause: CLI and service are using different config paths (likely a profile/state-dir mismatch).",
    );
    expect(stderr).toContain("Fix: rerun `openclaw gateway install --force` from the same --profile");
  });

  it("names a service that looks like ours, and how to remove it", async () => {
    using home = managedHome();
    mkdirSync(home.units, { recursive: true });
    writeFileSync(path.join(home.units, "moltbot-gateway.service"), "[Service]\nExecStart=/usr/bin/moltbot gateway\n");
    const { stderr } = await home.go(["gateway", "status", "--no-probe"]);
    expect(stderr).toContain("Other gateway-like services detected (best effort):");
    expect(stderr).toContain("systemctl --user disable --now moltbot-gateway.service");
  });

  it("installs the node host as a service of its own", async () => {
    using home = managedHome();
    await home.go(["node", "install", "--host", "far.example", "--port", "18789", "--tls", "--display-name", "My Mac"]);
    const text = readFileSync(path.join(home.units, "openclaw-node.service"), "utf8");
    expect(text).toContain(' node run --host far.example --port 18789 --tls --display-name "My Mac"\n');
    expect((await home.go(["node", "status"])).stdout).toContain("Service: systemd (enabled)");
    expect((await home.go(["node", "install"])).stdout).toContain("Reinstall with: openclaw node install --force");
    for (const [verb, text] of [
      ["stop", "stopped"],
      ["start", "started"],
      ["restart", "restarted"],
    ] as const) {
      const before = home.calls().length;
      expect(await home.go(["node", verb])).toMatchObject({ code: 0, stdout: `Node service ${text}.\n` });
      expect(home.calls().slice(before)).toContain(`systemctl --user ${verb} openclaw-node.service`);
      const { stdout } = await home.go(["node", verb, "--json"]);
      expect(JSON.parse(stdout)).toMatchObject({ ok: true, action: verb, result: text });
    }
    expect((await home.go(["node", "uninstall"])).stdout).toBe("Node service uninstalled.\n");
  });
});
