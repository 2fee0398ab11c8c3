import { spawnSync } from "node:child_process";
import { existsSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { fakeManager } from "../testing/fake-manager.ts";
import { temporaryInstallation } from "../testing/temporary-installation.ts";
import {
  auditService,
  ensureLinger,
  findExtraServices,
  type InstallRequest,
  installService,
  openService,
  type ProgramEnd,
  removalHints,
  ServiceError,
  type ServiceWorld,
  servicePath,
} from "./index.ts";

const entry = "/usr/lib/node_modules/openclaw/bin/openclaw.js";

function machine(
  platform: NodeJS.Platform,
  options: {
    profile?: string;
    env?: NodeJS.ProcessEnv;
    answer?: (argv: readonly string[]) => Partial<ProgramEnd> | undefined;
  } = {},
) {
  const installation = temporaryInstallation({
    ...options.env,
    ...(options.profile && { OPENCLAW_PROFILE: options.profile }),
  });
  const manager = fakeManager((argv) => {
    const given = options.answer?.(argv);
    if (given) return given;
    if (argv.at(-1) === "--version") return { stdout: "v24.1.0" };
    // Nothing is installed yet.
    return argv.includes("is-enabled") || argv[1] === "print" || argv[1] === "/Query" ? { code: 1 } : undefined;
  });
  const { paths, env } = installation;
  const world: ServiceWorld & { execPath: string; exists: (file: string) => boolean } = {
    paths,
    env,
    platform,
    uid: 501,
    now: () => 77,
    run: manager.run,
    execPath: "/home/ann/.nvm/versions/node/v24/bin/node",
    exists: (file) => file === "/usr/bin/node" || file.endsWith("node.exe"),
  };
  const request: InstallRequest = {
    kind: "gateway",
    runtime: "node",
    entry,
    args: ["gateway", "--port", "18789"],
    port: 18789,
    token: "tok%en $1",
    version: "1.2.3",
    variables: { GREETING: 'say "hi" & go' },
    force: false,
  };
  /** The text with the places of this test taken out. */
  const portable = (text: string) => text.replaceAll(installation.home, "/home/ann");
  return { ...installation, world, request, calls: manager.calls, portable };
}

const mode = (file: string) => (statSync(file).mode & 0o777).toString(8);
const homePath = [
  "/home/ann/.local/bin:/home/ann/.npm-global/bin:/home/ann/bin:/home/ann/.volta/bin:/home/ann/.asdf/shims",
  "/home/ann/.bun/bin:/home/ann/.local/share/pnpm:/home/ann/.nvm/current/bin:/home/ann/.fnm/current/bin",
].join(":");

describe("systemd", () => {
  it("writes a unit of the default instance, readable by its user alone, and starts it", async () => {
    const { world, request, calls, portable, home } = machine("linux");
    expect(await installService(request, world)).toEqual({ result: "installed", warnings: [] });
    const file = path.join(home, ".config/systemd/user/openclaw-gateway.service");
    expect(mode(file)).toBe("600");
    expect(portable(readFileSync(file, "utf8"))).toBe(
      [
        "[Unit]",
        "Description=OpenClaw Gateway (v1.2.3)",
        "After=network-online.target",
        "Wants=network-online.target",
        "",
        "[Service]",
        `ExecStart=/usr/bin/node ${entry} gateway --port 18789`,
        "Restart=always",
        "RestartSec=5",
        "KillMode=process",
        'Environment="GREETING=say \\"hi\\" & go"',
        "Environment=HOME=/home/ann",
        `Environment=PATH=${homePath}:/home/linuxbrew/.linuxbrew/bin:/usr/local/bin:/usr/bin:/bin`,
        "Environment=OPENCLAW_STATE_DIR=/home/ann/.openclaw",
        "Environment=OPENCLAW_CONFIG_PATH=/home/ann/.openclaw/openclaw.json",
        "Environment=OPENCLAW_GATEWAY_PORT=18789",
        'Environment="OPENCLAW_GATEWAY_TOKEN=tok%%en $1"',
        "Environment=OPENCLAW_SYSTEMD_UNIT=openclaw-gateway.service",
        "Environment=OPENCLAW_SERVICE_MARKER=openclaw",
        "Environment=OPENCLAW_SERVICE_KIND=gateway",
        "Environment=OPENCLAW_SERVICE_VERSION=1.2.3",
        "",
        "[Install]",
        "WantedBy=default.target",
        "",
      ].join("\n"),
    );
    expect(calls.filter((call) => call.startsWith("systemctl"))).toEqual([
      "systemctl --user status",
      "systemctl --user is-enabled openclaw-gateway.service",
      "systemctl --user status",
      "systemctl --user daemon-reload",
      "systemctl --user enable openclaw-gateway.service",
      "systemctl --user restart openclaw-gateway.service",
    ]);
  });

  it("reads back what it wrote", async () => {
    const { world, request, home } = machine("linux");
    await installService(request, world);
    const service = await openService("gateway", world).read();
    expect(service).toMatchObject({
      programArguments: ["/usr/bin/node", entry, "gateway", "--port", "18789"],
      environment: { HOME: home, OPENCLAW_GATEWAY_TOKEN: "tok%en $1", GREETING: 'say "hi" & go' },
    });
  });

  it("writes a unit that systemd itself accepts, where it can be asked", async () => {
    const { world, request, home, env } = machine("linux", { profile: "work" });
    const entryFile = path.join(home, "open claw.js");
    writeFileSync(entryFile, "");
    await installService(
      { ...request, entry: entryFile },
      { ...world, exists: () => false, execPath: process.execPath },
    );
    const { file } = openService("gateway", world);
    expect(readFileSync(file, "utf8")).toContain("[Service]");
    const result = spawnSync("systemd-analyze", ["--user", "verify", file], {
      encoding: "utf8",
      env: { ...env, XDG_RUNTIME_DIR: home },
    });
    // Units of the machine may have faults of their own.
    if (result.error !== undefined) return; // no systemd here
    expect(`${result.stdout}${result.stderr}`.split("\n").filter((line) => line.includes("openclaw"))).toEqual([]);
  });

  it("names profiles in unit, description and PATH, with the folders of tools first", async () => {
    const { world, request, home } = machine("linux", { profile: "work", env: { PNPM_HOME: "/opt/pnpm" } });
    await installService(request, world);
    const text = readFileSync(path.join(home, ".config/systemd/user/openclaw-gateway-work.service"), "utf8");
    expect(text).toContain("Description=OpenClaw Gateway (profile: work, v1.2.3)\n");
    expect(text).toContain("Environment=PATH=/opt/pnpm:");
    expect(text).toContain("Environment=OPENCLAW_PROFILE=work\n");
    expect(text).toContain("Environment=OPENCLAW_SYSTEMD_UNIT=openclaw-gateway-work.service\n");
  });

  it("leaves a service alone that is installed, unless it is told to replace it", async () => {
    const { world, request, calls } = machine("linux", {
      answer: (argv) => (argv[0] === "systemctl" ? {} : undefined),
    });
    expect(await installService(request, world)).toEqual({ result: "already-installed", warnings: [] });
    expect(calls).not.toContain("systemctl --user daemon-reload");
    expect(await installService({ ...request, force: true }, world)).toMatchObject({ result: "installed" });
  });

  it("says what to do where systemd does not manage services of users", async () => {
    const { world, request, home } = machine("linux", {
      answer: ([program]) =>
        program === "systemctl" ? { code: 1, stderr: "Failed to connect to bus: No medium found" } : undefined,
    });
    const error = await installService(request, world).catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(ServiceError);
    expect(error).toMatchObject({ code: "unavailable", message: expect.stringContaining("No medium found") });
    expect((error as ServiceError).hints.join("\n")).toContain("openclaw gateway run");
    expect(existsSync(path.join(home, ".config"))).toBe(false);
  });

  it("changes nothing in Nix mode and says why", async () => {
    const { world, request, calls, home } = machine("linux", { env: { OPENCLAW_NIX_MODE: "1" } });
    await expect(installService(request, world)).rejects.toThrow("Nix mode detected; service install is disabled.");
    expect(calls).toEqual([]);
    expect(existsSync(path.join(home, ".config"))).toBe(false);
  });

  it("stops and removes the unit", async () => {
    const { world, request, calls } = machine("linux");
    await installService(request, world);
    const service = openService("gateway", world);
    await service.uninstall();
    expect(existsSync(service.file)).toBe(false);
    expect(calls.slice(-2)).toEqual([
      "systemctl --user disable --now openclaw-gateway.service",
      "systemctl --user daemon-reload",
    ]);
  });

  it("tells what the service is doing", async () => {
    const show = "ActiveState=active\nSubState=running\nMainPID=4242\nExecMainStatus=0\nExecMainCode=0\n";
    const { world } = machine("linux", { answer: (argv) => (argv.includes("show") ? { stdout: show } : undefined) });
    expect(await openService("gateway", world).runtime()).toEqual({
      status: "running",
      state: "active",
      subState: "running",
      pid: 4242,
      missingUnit: true,
    });
  });

  it("installs the node host under a unit of its own", async () => {
    const { world, request, home } = machine("linux");
    await installService({ ...request, kind: "node", args: ["node", "run", "--host", "far"], port: undefined }, world);
    const text = readFileSync(path.join(home, ".config/systemd/user/openclaw-node.service"), "utf8");
    expect(text).toContain(`ExecStart=/usr/bin/node ${entry} node run --host far\n`);
    expect(text).toContain("Environment=OPENCLAW_SERVICE_KIND=node\n");
    expect(existsSync(path.join(home, ".config/systemd/user/openclaw-gateway.service"))).toBe(false);
  });

  it("warns of a Node that belongs to a version manager, and of Bun", async () => {
    const { world, request, home } = machine("linux");
    const without = { ...world, exists: (file: string) => file === path.join(home, ".bun/bin/bun") };
    const managed = await installService(request, without);
    expect(managed.warnings).toEqual([expect.stringContaining("/.nvm/versions/node/v24/bin/node")]);
    const bun = await installService({ ...request, runtime: "bun", force: true }, without);
    expect(bun.warnings).toEqual([expect.stringContaining("WhatsApp and Telegram")]);
    await expect(installService({ ...request, runtime: "bun" }, { ...world, exists: () => false })).rejects.toThrow(
      "bun was not found",
    );
  });
});

describe("launchd", () => {
  it("writes a launch agent and starts it in the login session", async () => {
    const { world, request, calls, portable, home } = machine("darwin");
    await installService(request, world);
    const file = path.join(home, "Library/LaunchAgents/bot.molt.gateway.plist");
    expect(mode(file)).toBe("600");
    expect(portable(readFileSync(file, "utf8"))).toBe(`<?xml version="1.0" encoding="UTF-8"?>
<!DOCTYPE plist PUBLIC "-//Apple//DTD PLIST 1.0//EN" "http://www.apple.com/DTDs/PropertyList-1.0.dtd">
<plist version="1.0">
  <dict>
    <key>Label</key>
    <string>bot.molt.gateway</string>
    <key>Comment</key>
    <string>OpenClaw Gateway (v1.2.3)</string>
    <key>RunAtLoad</key>
    <true/>
    <key>KeepAlive</key>
    <true/>
    <key>ProgramArguments</key>
    <array>
      <string>/usr/bin/node</string>
      <string>${entry}</string>
      <string>gateway</string>
      <string>--port</string>
      <string>18789</string>
    </array>
    <key>StandardOutPath</key>
    <string>/home/ann/.openclaw/logs/gateway.log</string>
    <key>StandardErrorPath</key>
    <string>/home/ann/.openclaw/logs/gateway.err.log</string>
    <key>EnvironmentVariables</key>
    <dict>
      <key>GREETING</key>
      <string>say "hi" &amp; go</string>
      <key>HOME</key>
      <string>/home/ann</string>
      <key>PATH</key>
      <string>${homePath}:/opt/homebrew/bin:/usr/local/bin:/usr/bin:/bin</string>
      <key>OPENCLAW_STATE_DIR</key>
      <string>/home/ann/.openclaw</string>
      <key>OPENCLAW_CONFIG_PATH</key>
      <string>/home/ann/.openclaw/openclaw.json</string>
      <key>OPENCLAW_GATEWAY_PORT</key>
      <string>18789</string>
      <key>OPENCLAW_GATEWAY_TOKEN</key>
      <string>tok%en $1</string>
      <key>OPENCLAW_LAUNCHD_LABEL</key>
      <string>bot.molt.gateway</string>
      <key>OPENCLAW_SERVICE_MARKER</key>
      <string>openclaw</string>
      <key>OPENCLAW_SERVICE_KIND</key>
      <string>gateway</string>
      <key>OPENCLAW_SERVICE_VERSION</key>
      <string>1.2.3</string>
    </dict>
  </dict>
</plist>
`);
    expect(calls.filter((call) => call.startsWith("launchctl")).slice(-5)).toEqual([
      "launchctl bootout gui/501/bot.molt.gateway",
      `launchctl unload ${file}`,
      "launchctl enable gui/501/bot.molt.gateway",
      `launchctl bootstrap gui/501 ${file}`,
      "launchctl kickstart -k gui/501/bot.molt.gateway",
    ]);
    expect((await openService("gateway", world).read())?.environment.GREETING).toBe('say "hi" & go');
  });

  it("takes an agent of a former release over: read by status, moved to the Trash by install", async () => {
    const { world, request, home, write } = machine("darwin", { profile: "work" });
    const former = path.join(home, "Library/LaunchAgents/ai.openclaw.work.plist");
    write(former, "<plist><dict><key>ProgramArguments</key><array><string>old</string></array></dict></plist>");
    expect(await openService("gateway", world).read()).toMatchObject({ programArguments: ["old"], sourcePath: former });
    await installService(request, world);
    expect(existsSync(former)).toBe(false);
    expect(existsSync(path.join(home, ".Trash/ai.openclaw.work.plist"))).toBe(true);
    expect(openService("gateway", world).file).toBe(path.join(home, "Library/LaunchAgents/bot.molt.work.plist"));
  });

  it("moves the agent to the Trash on uninstall, beside one that is there already", async () => {
    const { world, request, home, write } = machine("darwin");
    write(path.join(home, ".Trash/bot.molt.gateway.plist"), "older");
    await installService(request, world);
    await openService("gateway", world).uninstall();
    expect(readFileSync(path.join(home, ".Trash/bot.molt.gateway.plist"), "utf8")).toBe("older");
    expect(existsSync(path.join(home, ".Trash/bot.molt.gateway.plist.77"))).toBe(true);
  });

  it("puts a stopped agent back into its session before it starts it, and reads what it is doing", async () => {
    let printed: Partial<ProgramEnd> = { code: 113, stderr: "Could not find service" };
    const { world, request, calls } = machine("darwin", {
      answer: (argv) => (argv[1] === "print" ? printed : undefined),
    });
    await installService(request, world);
    const service = openService("gateway", world);
    await service.start();
    expect(calls.slice(-2)).toEqual([
      `launchctl bootstrap gui/501 ${service.file}`,
      "launchctl kickstart gui/501/bot.molt.gateway",
    ]);
    printed = { stdout: "bot.molt.gateway = {\n\tstate = running\n\tpid = 88\n\tlast exit code = 0\n}" };
    expect(await service.runtime()).toEqual({ status: "running", state: "running", pid: 88, lastExitStatus: 0 });
  });
});

describe("schtasks", () => {
  const windows = () => {
    const made = machine("win32", { env: { USERDOMAIN: "DESK", USERNAME: "ann" } });
    return { ...made, script: path.join(made.paths.stateDir, "gateway.cmd") };
  };

  it("writes a script and registers a task at logon", async () => {
    const { world, request, calls, portable, script } = windows();
    await installService(request, world);
    expect(portable(readFileSync(script, "utf8"))).toBe(
      [
        "@echo off",
        "rem OpenClaw Gateway (v1.2.3)",
        'set "GREETING=say "hi" & go"',
        "set HOME=/home/ann",
        "set OPENCLAW_STATE_DIR=/home/ann/.openclaw",
        "set OPENCLAW_CONFIG_PATH=/home/ann/.openclaw/openclaw.json",
        "set OPENCLAW_GATEWAY_PORT=18789",
        'set "OPENCLAW_GATEWAY_TOKEN=tok%%en $1"',
        "set OPENCLAW_SERVICE_MARKER=openclaw",
        "set OPENCLAW_SERVICE_KIND=gateway",
        "set OPENCLAW_SERVICE_VERSION=1.2.3",
        `"C:\\Program Files/nodejs/node.exe" ${entry} gateway --port 18789`.replace("Files/nodejs/", "Files\\nodejs\\"),
        "",
      ].join("\r\n"),
    );
    expect(calls.filter((call) => call.startsWith("schtasks")).slice(-2)).toEqual([
      `schtasks /Create /F /SC ONLOGON /RL LIMITED /TN OpenClaw Gateway /TR "${script}" /RU DESK\\ann /NP /IT`,
      "schtasks /Run /TN OpenClaw Gateway",
    ]);
    expect((await openService("gateway", world).read())?.environment.OPENCLAW_GATEWAY_TOKEN).toBe("tok%en $1");
  });

  it("registers the task in the plain form where the system refuses the other", async () => {
    const { world, request, calls } = machine("win32", {
      profile: "work",
      env: { USERNAME: "ann" },
      answer: (argv) => (argv.includes("/NP") ? { code: 1, stderr: "Access is denied." } : undefined),
    });
    await installService(request, world);
    expect(calls.at(-2)).toMatch(/^schtasks \/Create .*\/TN OpenClaw Gateway \(work\) \/TR "[^"]*gateway\.cmd"$/);
  });
});

describe("ensureLinger", () => {
  const linger = (value: string, answers: Record<string, Partial<ProgramEnd>> = {}) =>
    fakeManager((argv) =>
      argv.includes("show-user")
        ? { stdout: `Linger=${value}\n` }
        : (answers[argv[0] ?? ""] ?? { code: 1, stderr: "denied" }),
    );
  const run = async (manager: ReturnType<typeof fakeManager>, confirm?: (question: string) => Promise<boolean>) => {
    const lines: string[] = [];
    const done = await ensureLinger({ user: "ann", run: manager.run, confirm, print: (line) => void lines.push(line) });
    return { done, lines, calls: manager.calls.slice(1) };
  };

  it("does nothing where services of the user go on anyway", async () => {
    expect(await run(linger("yes"))).toEqual({ done: true, lines: [], calls: [] });
  });

  it("asks, and takes sudo when it may not do it itself", async () => {
    const questions: string[] = [];
    const confirm = async (question: string) => questions.push(question) > 0;
    expect(await run(linger("no", { sudo: {} }), confirm)).toEqual({
      done: true,
      lines: ["Enabled systemd lingering for ann."],
      calls: ["loginctl enable-linger ann", "sudo loginctl enable-linger ann"],
    });
    expect(questions).toEqual(["Enable systemd lingering for ann?"]);
  });

  it("never asks for a password without a terminal, and says what to run", async () => {
    expect(await run(linger("no"))).toEqual({
      done: false,
      lines: ["Systemd lingering is disabled for ann. Run: sudo loginctl enable-linger ann"],
      calls: ["loginctl enable-linger ann", "sudo -n loginctl enable-linger ann"],
    });
  });

  it("says why it failed where somebody had agreed", async () => {
    const { lines } = await run(linger("no"), async () => true);
    expect(lines).toEqual(["Failed to enable lingering: denied", "Run manually: sudo loginctl enable-linger ann"]);
  });
});

describe("auditService", () => {
  const codesOf = async (platform: NodeJS.Platform, change: (text: string) => string) => {
    const { world, request, env, home } = machine(platform);
    await installService(request, world);
    const { file } = openService("gateway", world);
    writeFileSync(file, change(readFileSync(file, "utf8")));
    const service = await openService("gateway", world).read();
    if (!service) throw new Error("nothing was installed");
    const expected = { kind: "gateway", env, home, platform, entry, systemNode: undefined } as const;
    return auditService(service, expected).issues.map(({ code }) => code);
  };

  it("finds nothing in what was just installed", async () => {
    for (const platform of ["linux", "darwin", "win32"] as const)
      expect(await codesOf(platform, (text) => text)).toEqual([]);
  });

  it.each([
    ["gateway-path-nonminimal", (text: string) => text.replace(":/bin\n", ":/bin:/opt/games\n")],
    ["gateway-path-missing-dirs", (text: string) => text.replace(":/usr/local/bin", "")],
    ["gateway-path-missing", (text: string) => text.replace(/^Environment=PATH=.*\n/m, "")],
    ["gateway-command-missing", (text: string) => text.replace("gateway --port", "serve --port")],
    ["gateway-entrypoint-mismatch", (text: string) => text.replace(entry, "/opt/other/openclaw.js")],
    ["gateway-runtime-bun", (text: string) => text.replace("/usr/bin/node", "/usr/bin/bun")],
    ["systemd-after-network-online", (text: string) => text.replace(/^After=.*\n/m, "")],
    ["systemd-wants-network-online", (text: string) => text.replace(/^Wants=.*\n/m, "")],
    ["systemd-restart-sec", (text: string) => text.replace("RestartSec=5", "RestartSec=60")],
  ])("finds %s", async (code, change) => {
    expect(await codesOf("linux", change)).toEqual([code]);
  });

  it("finds a Node of a version manager, and that there is no other", async () => {
    expect(await codesOf("linux", (text) => text.replace("/usr/bin/node", "/home/ann/.nvm/v24/bin/node"))).toEqual([
      "gateway-runtime-node-version-manager",
      "gateway-runtime-node-system-missing",
    ]);
  });

  it("finds a launch agent that would not stay", async () => {
    expect(await codesOf("darwin", (text) => text.replaceAll("<true/>", "<false/>"))).toEqual([
      "launchd-keep-alive",
      "launchd-run-at-load",
    ]);
  });
});

describe("findExtraServices", () => {
  it("takes services of other profiles and of the node host for ours, and others for extra", async () => {
    const { world, request, home, write } = machine("linux");
    await installService(request, world);
    await installService({ ...request, kind: "node" }, world);
    const work = {
      ...world,
      paths: { ...world.paths, profile: "work" },
      env: { ...world.env, OPENCLAW_PROFILE: "work" },
    };
    await installService(request, work);
    const units = path.join(home, ".config/systemd/user");
    write(path.join(units, "clawdbot-gateway.service"), "[Service]\nExecStart=/usr/bin/clawdbot gateway\n");
    write(path.join(units, "mine.service"), "[Service]\nExecStart=/usr/bin/openclaw gateway\n");
    write(path.join(units, "other.service"), "[Service]\nExecStart=/usr/bin/other\n");
    const extras = await findExtraServices(world, false);
    expect(extras.map(({ label, marker, legacy }) => ({ label, marker, legacy }))).toEqual([
      { label: "clawdbot-gateway.service", marker: "clawdbot", legacy: true },
      { label: "mine.service", marker: "openclaw", legacy: false },
    ]);
    expect(removalHints(extras[0]!, 501)).toEqual([
      "systemctl --user disable --now clawdbot-gateway.service",
      `rm ${path.join(units, "clawdbot-gateway.service")}`,
      "systemctl --user daemon-reload",
    ]);
  });

  it("finds agents of former releases on macOS, and tasks of all on Windows when asked to look deeper", async () => {
    const mac = machine("darwin");
    await installService(mac.request, mac.world);
    mac.write(
      path.join(mac.home, "Library/LaunchAgents/com.openclaw.gateway.plist"),
      "<plist><dict><key>Label</key><string>com.openclaw.gateway</string></dict></plist>",
    );
    expect(await findExtraServices(mac.world, false)).toMatchObject([{ label: "com.openclaw.gateway", legacy: true }]);

    const tasks = [
      "TaskName: \\OpenClaw Gateway\r\nTask To Run: C:\\openclaw\\gateway.cmd",
      "TaskName: \\Moltbot Gateway\r\nTask To Run: C:\\moltbot\\gateway.cmd",
      "TaskName: \\Backup\r\nTask To Run: backup.exe",
    ].join("\r\n\r\n");
    const windows = machine("win32", { answer: (argv) => (argv[1] === "/Query" ? { stdout: tasks } : undefined) });
    expect(await findExtraServices(windows.world, false)).toEqual([]);
    expect(await findExtraServices(windows.world, true)).toMatchObject([{ label: "Moltbot Gateway", legacy: true }]);
  });
});

describe("servicePath", () => {
  it("puts folders that variables name first, each once", () => {
    const env = { PNPM_HOME: "~/.local/share/pnpm", NVM_DIR: "/home/ann/.nvm", BUN_INSTALL: "/opt/bun" };
    const found = servicePath({ env, home: "/home/ann", platform: "linux" });
    expect(found.slice(0, 4)).toEqual([
      "/home/ann/.local/share/pnpm",
      "/opt/bun/bin",
      "/home/ann/.nvm/current/bin",
      "/home/ann/.local/bin",
    ]);
    expect(new Set(found).size).toBe(found.length);
    expect(found.slice(-4)).toEqual(["/home/linuxbrew/.linuxbrew/bin", "/usr/local/bin", "/usr/bin", "/bin"]);
  });
});
