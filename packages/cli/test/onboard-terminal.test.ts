import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startScriptedModelServer } from "../../models/src/testing/scripted-model-server.ts";
import { ctrlC, ctrlD, enter, startProgram } from "./program-terminal.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "openclaw-terminal-"));
  mkdirSync(bin());
});
afterEach(() => {
  rmSync(home, { recursive: true, force: true });
  rmSync(bin(), { recursive: true, force: true });
});

/** The only folder of programs there is, beside the home: what the machine has must not matter. */
const bin = () => `${home}-bin`;
const program = (name: string, text: string) => {
  writeFileSync(path.join(bin(), name), text);
  chmodSync(path.join(bin(), name), 0o755);
};
const start = (argv: readonly string[], env: NodeJS.ProcessEnv = {}, columns = 80) =>
  startProgram(argv, { home, env: { PATH: bin(), ...env }, columns });
const configFile = () => path.join(home, ".openclaw/openclaw.json");
const config = () => JSON.parse(readFileSync(configFile(), "utf8"));

/** A `systemctl` that really starts what it is told to; ends it when asked. */
function fakeSystemd() {
  const pids = path.join(bin(), "pids");
  program(
    "systemctl",
    `#!${process.execPath}
const fs = require("node:fs");
const [, verb, ...names] = process.argv.slice(2);
const file = "${home}/.config/systemd/user/" + names.at(-1);
if (verb === "is-enabled") process.exit(fs.existsSync("${bin()}/enabled") ? 0 : 1);
if (verb === "enable") fs.writeFileSync("${bin()}/enabled", "");
if (verb !== "restart") process.exit(0);
const unit = fs.readFileSync(file, "utf8");
const [command, ...args] = /^ExecStart=(.*)$/m.exec(unit)[1].split(" ");
const env = Object.fromEntries([...unit.matchAll(/^Environment=([^=]+)=(.*)$/gm)].map(([, name, value]) => [name, value]));
const child = require("node:child_process").spawn(command, args, { env, detached: true, stdio: "ignore" });
fs.appendFileSync("${pids}", child.pid + "\\n");
child.unref();
`,
  );
  program("loginctl", "#!/bin/sh\necho Linger=yes\n");
  return {
    stop() {
      if (!existsSync(pids)) return;
      for (const pid of readFileSync(pids, "utf8").trim().split("\n")) process.kill(Number(pid), "SIGKILL");
    },
  };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address ? address.port : 0;
}

describe("onboard in a terminal", () => {
  it("goes from an empty home to a first answer with one command, in under a minute", { timeout: 60_000 }, async () => {
    const server = await startScriptedModelServer();
    const systemd = fakeSystemd();
    const began = performance.now();
    const flags = ["--flow", "quickstart", "--auth-choice", "custom-api-key", "--custom-base-url", server.openaiUrl];
    const port = { OPENCLAW_GATEWAY_PORT: String(await freePort()) };
    const terminal = start(["onboard", ...flags, "--custom-model-id", "tiny"], port);
    try {
      await terminal.answer("Continue?", "y");
      await terminal.answer("API key (blank", `test-key${enter}`);
      await terminal.answer("Which API", enter);
      await terminal.answer("Provider id", enter);
      await terminal.answer("Select channel (QuickStart)", enter);
      await terminal.answer("Configure skills now?", "n");
      await terminal.answer("Enable hooks?", enter);
      await terminal.see("Summary");
      await terminal.see("Model: custom-127-0-0-1/tiny");
      await terminal.see("Gateway service: install (node)");
      await terminal.see("Write this?");
      expect(readdirSync(home)).toEqual([]);
      terminal.type("y");
      await terminal.see("Gateway: healthy");
      await terminal.answer("How do you want to hatch your bot?", enter);
      await terminal.see("You said: ");
      await terminal.see("Wake up, my friend!");
      const seconds = (performance.now() - began) / 1000;
      expect(seconds).toBeLessThan(60);
      terminal.type(ctrlD);
      await terminal.see("Onboarding complete.");
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
      systemd.stop();
      await server.close();
    }
    expect(terminal.raw()).not.toContain("test-key");
    expect(Math.max(...terminal.lines().map((line) => line.length))).toBeLessThanOrEqual(80);
    expect(config().agents.defaults.model.primary).toBe("custom-127-0-0-1/tiny");
    expect((statSync(configFile()).mode & 0o777).toString(8)).toBe("600");
    const transcripts = readdirSync(path.join(home, ".openclaw/agents/main/sessions"));
    expect(transcripts.some((name) => name.endsWith(".jsonl"))).toBe(true);
  });

  it("chats where there is no service manager, with a Gateway of its own", { timeout: 60_000 }, async () => {
    const server = await startScriptedModelServer();
    const flags = ["--auth-choice", "custom-api-key", "--custom-base-url", server.openaiUrl, "--custom-model-id", "t"];
    const quiet = ["--skip-channels", "--skip-skills", "--skip-health", "--accept-risk", "--flow", "quickstart"];
    const terminal = start(["onboard", ...flags, ...quiet], { OPENCLAW_GATEWAY_PORT: String(await freePort()) });
    try {
      await terminal.answer("API key (blank", enter);
      await terminal.answer("Which API", enter);
      await terminal.answer("Provider id", enter);
      await terminal.answer("Enable hooks?", enter);
      await terminal.see("There is no background service on this machine");
      await terminal.answer("Write this?", "y");
      await terminal.answer("with a Gateway that runs as long as the chat", enter);
      await terminal.see("You said: ");
      terminal.type(ctrlD);
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
      await server.close();
    }
    expect(readdirSync(path.join(home, ".openclaw/leases"))).toEqual([]);
  });

  it("leaves nothing behind when it is interrupted, also after a key was typed, and fits 20 columns", {
    timeout: 60_000,
  }, async () => {
    const terminal = start(["onboard", "--flow", "quickstart", "--auth-choice", "xai-api-key"], {}, 20);
    try {
      await terminal.seeWords("Continue?");
      terminal.type("y");
      await terminal.seeWords("Enter xAI API key");
      terminal.type(`secret-of-a-test${enter}`);
      await terminal.seeWords("Select channel");
      terminal.type(ctrlC);
      await terminal.seeWords("Setup cancelled.");
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
    }
    expect(readdirSync(home)).toEqual([]);
    expect(terminal.raw()).not.toContain("secret-of-a-test");
    // The cursor is visible again.
    expect(terminal.raw().lastIndexOf("\u001b[?25h")).toBeGreaterThan(terminal.raw().lastIndexOf("\u001b[?25l"));
  });

  it("finds a remote Gateway on the network, and writes what it takes to reach it", { timeout: 60_000 }, async () => {
    program(
      "avahi-browse",
      `#!/bin/sh\necho '=;eth0;IPv4;Studio;_openclaw-gw._tcp;local;studio.local;192.168.1.5;18789;"role=gateway" "displayName=Studio" "lanHost=studio.local" "gatewayPort=19001"'\n`,
    );
    program("dns-sd", "#!/bin/sh\nexit 1\n");
    const terminal = start(["onboard", "--accept-risk", "--mode", "remote", "--flow", "advanced"]);
    try {
      await terminal.answer("Discover gateway on LAN (Bonjour)?", "y");
      await terminal.see("Gateways found: 1");
      await terminal.answer("Studio", enter);
      await terminal.answer("Connection method", enter);
      await terminal.see("Gateway WebSocket URL");
      await terminal.answer("ws://studio.local:19001", enter);
      await terminal.answer("Gateway auth", enter);
      await terminal.answer("Gateway token", `remote-token${enter}`);
      await terminal.answer("Write this?", "y");
      await terminal.see("Remote gateway configured.");
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
    }
    expect(config().gateway).toEqual({
      mode: "remote",
      remote: { url: "ws://studio.local:19001", token: "remote-token" },
    });
    expect(readdirSync(path.join(home, ".openclaw"))).toEqual(["openclaw.json"]);
  });

  it("configures one section with `config` alone, and leaves the rest, comments too", { timeout: 60_000 }, async () => {
    mkdirSync(path.join(home, ".openclaw"), { mode: 0o700 });
    writeFileSync(configFile(), '{\n  // mine\n  "gateway": { "mode": "local" },\n}\n', { mode: 0o600 });
    const terminal = start(["config", "--section", "web"]);
    try {
      await terminal.answer("Where will the Gateway run?", enter);
      await terminal.answer("Enable web_search", "y");
      await terminal.answer("Brave Search API key", `brave-key${enter}`);
      await terminal.answer("Enable web_fetch", "n");
      await terminal.see("Configure complete.");
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
    }
    const text = readFileSync(configFile(), "utf8");
    expect(text).toContain("// mine");
    expect(text).toContain('"lastRunCommand": "configure"');
    expect(text).toContain('"apiKey": "brave-key"');
  });

  it("adds an agent with its questions", { timeout: 60_000 }, async () => {
    const terminal = start(["agents", "add"]);
    try {
      await terminal.answer("Agent name", `helper${enter}`);
      await terminal.answer("Workspace directory", enter);
      await terminal.answer("Configure model/auth for this agent now?", "n");
      await terminal.answer("Configure chat channels now?", "n");
      await terminal.see('Agent "helper" ready.');
      expect(await terminal.exit).toBe(0);
    } finally {
      terminal.stop();
    }
    expect(config().agents.list).toMatchObject([
      { id: "main", default: true },
      { id: "helper", name: "helper" },
    ]);
    expect(existsSync(path.join(home, ".openclaw/workspace-helper/AGENTS.md"))).toBe(true);
  });
});
