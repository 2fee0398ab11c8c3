import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startScriptedModelServer } from "../../models/src/testing/scripted-model-server.ts";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

const quiet = ["onboard", "--non-interactive", "--accept-risk", "--skip-health"];
const onboard = (...flags: string[]) => home.run([...quiet, ...flags]);
const config = () => JSON.parse(readFileSync(home.configPath, "utf8"));
const state = (...names: string[]) => path.join(home.home, ".openclaw", ...names);
const profiles = () => JSON.parse(readFileSync(state("agents/main/agent/auth-profiles.json"), "utf8")).profiles;
const untouched = () => expect(readdirSync(home.home)).toEqual([]);

describe("onboard --non-interactive", () => {
  it("refuses without an accepted risk, and creates nothing", async () => {
    const { code, stdout, stderr } = await home.run(["onboard", "--non-interactive"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toBe(
      [
        "Non-interactive onboarding requires explicit risk acknowledgement.",
        "Read: https://docs.openclaw.ai/security",
        "Re-run with: openclaw onboard --non-interactive --accept-risk ...",
        "",
      ].join("\n"),
    );
    untouched();
  });

  it("answers with one document, and leaves the token as it is when it runs again", async () => {
    const flags = ["--auth-choice", "skip", "--json", "--gateway-port", "19415"];
    const { code, stdout } = await onboard(...flags);
    expect(code).toBe(0);
    expect(stdout).toBe(
      `${JSON.stringify(
        {
          mode: "local",
          workspace: state("workspace"),
          authChoice: "skip",
          gateway: { port: 19415, bind: "loopback", authMode: "token", tailscaleMode: "off" },
          installDaemon: false,
          skipSkills: false,
          skipHealth: true,
        },
        null,
        2,
      )}\n`,
    );
    const { token } = config().gateway.auth;
    expect(token).toMatch(/^[0-9a-f]{48}$/);
    expect((statSync(home.configPath).mode & 0o777).toString(8)).toBe("600");
    expect(existsSync(state("workspace", "BOOTSTRAP.md"))).toBe(true);
    expect(existsSync(state("agents/main/sessions"))).toBe(true);
    expect(config()).toMatchObject({
      agents: { defaults: { maxConcurrent: 4, subagents: { maxConcurrent: 8 } } },
      gateway: { nodes: { denyCommands: expect.arrayContaining(["camera.snap", "reminders.add"]) } },
      wizard: { lastRunCommand: "onboard", lastRunMode: "local", lastRunVersion: "1.2.3" },
    });
    await onboard(...flags);
    expect(config().gateway.auth.token).toBe(token);
  });

  it("takes one key flag for its provider, and refuses two", async () => {
    const both = await onboard("--openai-api-key", "sk-1", "--xai-api-key", "xai-1");
    expect(both.code).toBe(1);
    expect(both.stderr).toBe(
      [
        "Multiple API key flags were provided for non-interactive onboarding.",
        "Use a single provider flag or pass --auth-choice explicitly.",
        "Flags: --openai-api-key, --xai-api-key",
        "",
      ].join("\n"),
    );
    untouched();
    const one = await onboard("--openai-api-key", 'export OPENAI_API_KEY="sk-1";');
    expect(one.stdout).toContain("Saved OPENAI_API_KEY to ~/.openclaw/.env\n");
    expect(readFileSync(state(".env"), "utf8")).toBe("OPENAI_API_KEY=sk-1\n");
    expect((statSync(state(".env")).mode & 0o777).toString(8)).toBe("600");
    expect(config().agents.defaults.model.primary).toBe("openai/gpt-5.1-codex");
    expect(config().agents.defaults.models["openai/gpt-5.1-codex"]).toEqual({ alias: "GPT" });
    expect(one.stdout + one.stderr).not.toContain("sk-1");
  });

  it.each([
    ["--anthropic-api-key", "anthropic", undefined],
    ["--openrouter-api-key", "openrouter", "openrouter/auto"],
    ["--ai-gateway-api-key", "vercel-ai-gateway", "vercel-ai-gateway/anthropic/claude-opus-4.6"],
    ["--moonshot-api-key", "moonshot", "moonshot/kimi-k2.5"],
    ["--kimi-code-api-key", "kimi-coding", "kimi-coding/k2p5"],
    ["--gemini-api-key", "google", "google/gemini-3-pro-preview"],
    ["--zai-api-key", "zai", "zai/glm-4.7"],
    ["--xiaomi-api-key", "xiaomi", "xiaomi/mimo-v2-flash"],
    ["--xai-api-key", "xai", "xai/grok-4"],
    ["--qianfan-api-key", "qianfan", "qianfan/deepseek-v3.2"],
    ["--synthetic-api-key", "synthetic", "synthetic/hf:MiniMaxAI/MiniMax-M2.1"],
    ["--venice-api-key", "venice", "venice/llama-3.3-70b"],
    ["--minimax-api-key", "minimax", "minimax/MiniMax-M2.1"],
    ["--opencode-zen-api-key", "opencode", "opencode/claude-opus-4-6"],
  ])("stores the key of %s and makes its model the default", async (flag, provider, model) => {
    const { code, stderr } = await onboard(flag, "key-of-a-test");
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(profiles()).toEqual({ [`${provider}:default`]: { type: "api_key", provider, key: "key-of-a-test" } });
    expect(config().auth.profiles).toEqual({ [`${provider}:default`]: { provider, mode: "api_key" } });
    expect(config().agents.defaults.model?.primary).toBe(model);
  });

  it("asks for the ids of a Cloudflare gateway and builds its address of them", async () => {
    const key = ["--cloudflare-ai-gateway-api-key", "k"];
    expect((await onboard(...key)).stderr).toBe("Missing --cloudflare-ai-gateway-account-id.\n");
    untouched();
    await onboard(...key, "--cloudflare-ai-gateway-account-id", "acc", "--cloudflare-ai-gateway-gateway-id", "gw");
    expect(profiles()["cloudflare-ai-gateway:default"].metadata).toEqual({ accountId: "acc", gatewayId: "gw" });
    expect(config().models.providers["cloudflare-ai-gateway"].baseUrl).toBe(
      "https://gateway.ai.cloudflare.com/v1/acc/gw/anthropic",
    );
  });

  it("takes a key from the environment, then from the profile that is stored", async () => {
    expect((await onboard("--auth-choice", "xai-api-key")).stderr).toBe(
      "Missing --xai-api-key (or XAI_API_KEY in env, or existing xai API-key profile).\n",
    );
    untouched();
    const argv = [...quiet, "--auth-choice", "xai-api-key"];
    expect((await home.run(argv, { env: { XAI_API_KEY: "from-env" } })).code).toBe(0);
    expect(profiles()["xai:default"].key).toBe("from-env");
    expect((await home.run(argv)).code).toBe(0);
    expect(profiles()["xai:default"].key).toBe("from-env");
  });

  it("stores a token with the time it runs out", async () => {
    const token = `sk-ant-oat01-${"x".repeat(80)}`;
    const argv = [...quiet, "--auth-choice", "token", "--token-provider", "anthropic", "--token", token];
    const { code } = await home.run([...argv, "--token-expires-in", "2"], { now: () => 1000 });
    expect(code).toBe(0);
    expect(profiles()).toEqual({
      "anthropic:manual": { type: "token", provider: "anthropic", token, expires: 1000 + 2 * 86_400_000 },
    });
  });

  it.each([
    [["--mode", "far"], 'Invalid --mode "far" (use local|remote).'],
    [["--mode", "remote"], "Missing --remote-url for remote mode."],
    [["--auth-choice", "magic"], 'Invalid --auth-choice "magic". Expected one of: openai-codex, '],
    [["--auth-choice", "token"], "Missing --token-provider for --auth-choice token."],
    [
      ["--auth-choice", "token", "--token-provider", "openai"],
      "Only --token-provider anthropic is supported for --auth-choice token.",
    ],
    [["--auth-choice", "token", "--token-provider", "anthropic"], "Missing --token for --auth-choice token."],
    [
      ["--auth-choice", "token", "--token-provider", "anthropic", "--token", "sk-1"],
      "Expected token starting with sk-ant-oat01-",
    ],
    [["--auth-choice", "setup-token"], 'Auth choice "setup-token" requires interactive mode.'],
    [["--auth-choice", "openai-codex"], "OAuth requires interactive mode."],
    [["--gateway-port", "abc"], "Invalid --gateway-port"],
    [["--gateway-auth", "none"], "Invalid --gateway-auth (use token|password)."],
    [["--gateway-auth", "password"], "Missing --gateway-password for password auth."],
    [["--node-manager", "yarn"], "Invalid --node-manager (use npm, pnpm, or bun)"],
    [["--daemon-runtime", "deno"], "Invalid --daemon-runtime (use node or bun)"],
    [["--flow", "slow"], "Invalid --flow (use quickstart, manual, or advanced)."],
    [["--auth-choice", "custom-api-key"], "Missing --custom-base-url for --auth-choice custom-api-key."],
  ])("refuses %j before anything is written", async (flags, text) => {
    const { code, stderr } = await onboard(...flags);
    expect(code).toBe(1);
    expect(stderr.startsWith(text)).toBe(true);
    untouched();
  });

  it("refuses an invalid configuration and leaves it alone", async () => {
    home.writeConfig('{ gateway: { port: "x" } }');
    const { code, stderr } = await onboard();
    expect(code).toBe(1);
    expect(stderr).toBe("Config invalid. Run `openclaw doctor` to repair it, then re-run onboarding.\n");
    expect(readFileSync(home.configPath, "utf8")).toBe('{ gateway: { port: "x" } }');
  });

  it("sets up a custom endpoint that then answers a turn", async () => {
    const server = await startScriptedModelServer();
    try {
      const flags = ["--custom-base-url", server.openaiUrl, "--custom-model-id", "tiny", "--custom-api-key", "k"];
      expect((await onboard("--auth-choice", "custom-api-key", ...flags)).code).toBe(0);
      const { models, agents } = config();
      expect(models.providers).toEqual({
        "custom-127-0-0-1": {
          baseUrl: server.openaiUrl,
          api: "openai-completions",
          apiKey: "k",
          models: [{ id: "tiny", name: "tiny" }],
        },
      });
      expect(agents.defaults.model.primary).toBe("custom-127-0-0-1/tiny");
      const turn = await home.run(["agent", "--local", "--agent", "main", "-m", "hi"]);
      expect(turn.stdout).toContain("You said: hi");
    } finally {
      await server.close();
    }
  });

  it("points at a remote Gateway and leaves what belongs to the local one", async () => {
    await onboard("--gateway-port", "19777");
    const before = config().gateway;
    const flags = ["--mode", "remote", "--remote-url", "ws://h:18789", "--remote-token", "t", "--json"];
    const { stdout } = await onboard(...flags);
    expect(JSON.parse(stdout)).toEqual({ mode: "remote", remoteUrl: "ws://h:18789", auth: "token" });
    expect(config().gateway).toEqual({ ...before, mode: "remote", remote: { url: "ws://h:18789", token: "t" } });
    expect(config().wizard.lastRunMode).toBe("remote");
  });

  it("keeps what Tailscale needs: loopback, and for the whole internet a password", async () => {
    const flags = ["--tailscale", "funnel", "--gateway-bind", "lan", "--gateway-password", "pw"];
    const { stdout } = await onboard(...flags);
    expect(stdout).toContain("Tailscale requires bind=loopback. Adjusting bind to loopback.\n");
    expect(stdout).toContain("Tailscale funnel requires password auth.\n");
    expect(config().gateway).toMatchObject({ bind: "loopback", auth: { mode: "password", password: "pw" } });
  });

  it("fails when the Gateway does not answer, and says that the configuration is written", async () => {
    let now = 0;
    const argv = ["onboard", "--non-interactive", "--accept-risk"];
    const { code, stderr } = await home.run(argv, { now: () => (now += 8000) });
    expect(code).toBe(1);
    expect(stderr).toMatch(/^The configuration is written, but the Gateway does not answer: /);
    expect(existsSync(home.configPath)).toBe(true);
  });

  it.each([
    [["--workspace", "~/desk"], { agents: { defaults: { workspace: "HOME/desk" } } }],
    [["--gateway-bind", "lan"], { gateway: { bind: "lan" } }],
    [
      ["--gateway-auth", "password", "--gateway-password", "pw"],
      { gateway: { auth: { mode: "password", password: "pw" } } },
    ],
    [["--gateway-token", "given"], { gateway: { auth: { mode: "token", token: "given" } } }],
    [
      ["--tailscale", "serve", "--tailscale-reset-on-exit"],
      { gateway: { tailscale: { mode: "serve", resetOnExit: true } } },
    ],
    [["--node-manager", "pnpm"], { skills: { install: { nodeManager: "pnpm" } } }],
    [["--flow", "manual"], { gateway: { mode: "local" } }],
    [["--mode", "local"], { gateway: { mode: "local" } }],
    // The port is the environment's.
    [["--skip-channels", "--skip-ui"], { gateway: { port: 9 } }],
    [
      [
        "--custom-base-url",
        "http://h:1/v1",
        "--custom-model-id",
        "m",
        "--custom-provider-id",
        "mine",
        "--custom-compatibility",
        "anthropic",
      ],
      { models: { providers: { mine: { api: "anthropic-messages" } } } },
    ],
  ])("does what %j say", async (flags, wanted) => {
    const { code, stderr } = await onboard(...flags);
    expect({ code, stderr }).toEqual({ code: 0, stderr: "" });
    expect(config()).toMatchObject(JSON.parse(JSON.stringify(wanted).replaceAll("HOME", home.home)));
  });

  it("leaves skills alone with --skip-skills, and keeps a token under the name it is given", async () => {
    const token = `sk-ant-oat01-${"x".repeat(80)}`;
    const flags = [
      "--auth-choice",
      "token",
      "--token-provider",
      "anthropic",
      "--token",
      token,
      "--token-profile-id",
      "anthropic:mine",
    ];
    const { stdout } = await onboard(...flags, "--skip-skills", "--json");
    expect(JSON.parse(stdout)).toMatchObject({ authChoice: "token", skipSkills: true });
    expect(config().skills).toBeUndefined();
    expect(Object.keys(profiles())).toEqual(["anthropic:mine"]);
    expect((await onboard(...flags, "--token-expires-in", "soon")).stderr).toMatch(/^Invalid --token-expires-in: /);
  });

  it("installs the service only when told, with the runtime that was named", async () => {
    const bin = path.join(home.home, "bin");
    mkdirSync(bin);
    const fake = (name: string, text: string) =>
      writeFileSync(path.join(bin, name), `#!/bin/sh\n${text}\n`, { mode: 0o755 });
    fake("systemctl", `case "$2" in is-enabled) exit 1 ;; *) echo "$*" >> '${path.join(home.home, "calls")}' ;; esac`);
    fake("loginctl", "echo Linger=no; test $1 = show-user");
    fake("sudo", "exit 1");
    fake("bun", "echo 1.3.0");
    const env = { PATH: bin, USER: "ann" };
    const run = (...flags: string[]) => home.run([...quiet, "--json", ...flags], { env });
    const told = await run("--install-daemon", "--daemon-runtime", "bun");
    expect(JSON.parse(told.stdout)).toMatchObject({ installDaemon: true, daemonRuntime: "bun" });
    expect(told.stderr).toContain("Systemd lingering is disabled for ann. Run: sudo loginctl enable-linger ann");
    const unit = path.join(home.home, ".config/systemd/user/openclaw-gateway.service");
    expect(readFileSync(unit, "utf8")).toMatch(/^ExecStart=\S*bun \S+ gateway --port 9$/m);
    expect(readFileSync(path.join(home.home, "calls"), "utf8")).toContain("--user restart openclaw-gateway.service");
    rmSync(unit);
    for (const flags of [[], ["--skip-daemon"], ["--no-install-daemon"], ["--install-daemon", "--skip-daemon"]]) {
      expect(JSON.parse((await run(...flags)).stdout)).toMatchObject({ installDaemon: false });
    }
    expect(existsSync(unit)).toBe(false);
  });

  it("says what is wrong when the home cannot be written to", async () => {
    // Also the superuser cannot make a folder below a file.
    writeFileSync(path.join(home.home, "file"), "");
    const { code, stderr } = await home.run([...quiet], {
      env: { OPENCLAW_STATE_DIR: path.join(home.home, "file/state") },
    });
    expect(code).toBe(1);
    expect(stderr).toContain(path.join("file", "state"));
    expect(stderr.trim().split("\n").length).toBeLessThan(4);
  });

  it("moves everything to the Trash with --reset and begins anew", async () => {
    await onboard("--gateway-token", "old");
    writeFileSync(state("workspace", "MEMORY.md"), "kept?");
    const { stdout } = await onboard("--reset");
    expect(stdout).toContain("Moved to Trash: ~/.openclaw/workspace\n");
    expect(config().gateway.auth.token).not.toBe("old");
    expect(existsSync(state("workspace", "MEMORY.md"))).toBe(false);
    expect(existsSync(path.join(home.home, ".local/share/Trash/files/workspace/MEMORY.md"))).toBe(true);
  });
});

describe("setup", () => {
  it("creates the base files, and changes nothing the second time", async () => {
    const first = await home.run(["setup"]);
    expect(first).toMatchObject({ code: 0, stderr: "" });
    expect(first.stdout).toBe(
      "Wrote ~/.openclaw/openclaw.json\nWorkspace OK: ~/.openclaw/workspace\nSessions OK: ~/.openclaw/agents/main/sessions\n",
    );
    expect(config().gateway).toBeUndefined();
    const text = readFileSync(home.configPath, "utf8");
    expect((await home.run(["setup"])).stdout).toContain("Config OK: ~/.openclaw/openclaw.json\n");
    expect(readFileSync(home.configPath, "utf8")).toBe(text);
    const moved = await home.run(["setup", "--workspace", "~/other"]);
    expect(moved.stdout).toContain("Updated ~/.openclaw/openclaw.json (set agents.defaults.workspace)\n");
    expect(config().agents.defaults.workspace).toBe(path.join(home.home, "other"));
  });

  it("runs the wizard when one of its flags is given", async () => {
    const { code, stderr } = await home.run(["setup", "--non-interactive", "--mode", "local"]);
    expect(code).toBe(1);
    expect(stderr).toContain("requires explicit risk acknowledgement");
  });
});

it("needs a terminal for questions, and says how to do without", async () => {
  expect(await home.run(["onboard"])).toMatchObject({
    code: 1,
    stderr: "Interactive onboarding needs a TTY. Use --non-interactive --accept-risk.\n",
  });
  for (const command of ["configure", "config"]) {
    expect((await home.run([command, "--section", "x"])).stderr).toBe(
      "Invalid --section: x. Expected one of: workspace, model, web, gateway, daemon, channels, skills, health.\n",
    );
    expect((await home.run([command])).stderr).toBe(
      "configure asks questions and needs a TTY. Without one use openclaw config set.\n",
    );
  }
});
