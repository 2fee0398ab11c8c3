import { chmodSync, mkdirSync, renameSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { type TemporaryInstallation, temporaryInstallation } from "../testing/temporary-installation.ts";
import { type AuditInput, auditChecks, posixAccess, runAudit } from "./index.ts";

const token = "0123456789abcdef0123456789abcdef";
const guarded = { gateway: { auth: { token } } };

interface Case {
  id: string;
  severity: "critical" | "warn" | "info";
  config?: Record<string, unknown>;
  env?: NodeJS.ProcessEnv;
  files?: (installation: TemporaryInstallation) => void;
  input?: (installation: TemporaryInstallation) => Partial<AuditInput>;
}

const deep = (more: Partial<NonNullable<AuditInput["deep"]>> = {}): Partial<AuditInput> => ({
  deep: { skills: [], probe: async () => ({ attempted: true, url: "ws://x", ok: true, error: null }), ...more },
});
const gateway = (more: object) => ({ gateway: { auth: { token }, ...more } });
const channels = (section: object, more: object = {}) => ({ ...guarded, channels: section, ...more });
const telegram = (more: object) => channels({ telegram: { botToken: "1:a", ...more } });
const plugin = (files: Record<string, string>) => (installation: TemporaryInstallation) => {
  for (const [file, text] of Object.entries(files)) installation.write(`extensions/pet/${file}`, text);
};
const entries = (...extensions: string[]) => JSON.stringify({ name: "pet", openclaw: { extensions } });
const mode = (file: string, bits: number) => (installation: TemporaryInstallation) =>
  void installation.write(file, "{}", bits);

const credentialsDir =
  (bits: number) =>
  ({ paths }: TemporaryInstallation) => {
    mkdirSync(paths.credentialsDir);
    chmodSync(paths.credentialsDir, bits);
  };

/** One way to each finding; the table of the specification, as cases. */
const cases: Case[] = [
  { id: "summary.attack_surface", severity: "info" },
  {
    id: "fs.synced_dir",
    severity: "warn",
    input: ({ paths }) => ({ paths: { ...paths, stateDir: "/home/ann/Dropbox/claw" } }),
  },
  { id: "gateway.bind_no_auth", severity: "critical", config: { gateway: { bind: "lan" } } },
  { id: "gateway.trusted_proxies_missing", severity: "warn" },
  { id: "gateway.loopback_no_auth", severity: "critical", config: { gateway: {} } },
  { id: "gateway.tailscale_funnel", severity: "critical", config: gateway({ tailscale: { mode: "funnel" } }) },
  { id: "gateway.tailscale_serve", severity: "info", config: gateway({ tailscale: { mode: "serve" } }) },
  {
    id: "gateway.control_ui.insecure_auth",
    severity: "critical",
    config: gateway({ controlUi: { allowInsecureAuth: true } }),
  },
  {
    id: "gateway.control_ui.device_auth_disabled",
    severity: "critical",
    config: gateway({ controlUi: { dangerouslyDisableDeviceAuth: true } }),
  },
  { id: "gateway.token_too_short", severity: "warn", env: { OPENCLAW_GATEWAY_TOKEN: "short" }, config: {} },
  {
    id: "gateway.probe_failed",
    severity: "warn",
    input: () => deep({ probe: async () => ({ attempted: true, url: "ws://x", ok: false, error: "refused" }) }),
  },
  { id: "browser.control_invalid_config", severity: "warn", config: { ...guarded, browser: { cdpUrl: "nowhere" } } },
  {
    id: "browser.remote_cdp_http",
    severity: "warn",
    config: { ...guarded, browser: { profiles: { far: { cdpUrl: "http://10.0.0.9:9222", color: "#00AA00" } } } },
  },
  { id: "logging.redact_off", severity: "warn", config: { ...guarded, logging: { redactSensitive: "off" } } },
  {
    id: "tools.elevated.allowFrom.telegram.wildcard",
    severity: "critical",
    config: { ...guarded, tools: { elevated: { allowFrom: { telegram: ["*"] } } } },
  },
  {
    id: "tools.elevated.allowFrom.discord.large",
    severity: "warn",
    config: {
      ...guarded,
      tools: { elevated: { allowFrom: { discord: Array.from({ length: 26 }, (_, index) => String(index)) } } },
    },
  },
  {
    id: "security.exposure.open_groups_with_elevated",
    severity: "critical",
    config: channels({ discord: { token: "t", accounts: { work: { groupPolicy: "open" } } } }),
  },
  { id: "hooks.token_too_short", severity: "warn", config: { ...guarded, hooks: { enabled: true, token: "short" } } },
  { id: "hooks.token_reuse_gateway_token", severity: "warn", config: { ...guarded, hooks: { enabled: true, token } } },
  {
    id: "hooks.path_root",
    severity: "critical",
    config: { ...guarded, hooks: { enabled: true, token: `${token}h`, path: "/" } },
  },
  {
    id: "hooks.unsafe_external_content",
    severity: "warn",
    config: { ...guarded, hooks: { gmail: { allowUnsafeExternalContent: true } } },
  },
  {
    id: "config.secrets.gateway_password_in_config",
    severity: "warn",
    config: { gateway: { auth: { token, password: "hunter2" } } },
  },
  {
    id: "config.secrets.hooks_token_in_config",
    severity: "info",
    config: { ...guarded, hooks: { token: `${token}h` } },
  },
  {
    id: "models.legacy",
    severity: "warn",
    config: { ...guarded, agents: { defaults: { model: { primary: "openai/gpt-3.5-turbo" } } } },
  },
  {
    id: "models.weak_tier",
    severity: "warn",
    config: { ...guarded, agents: { defaults: { model: { fallbacks: ["anthropic/claude-haiku-4-5"] } } } },
  },
  {
    id: "models.small_params",
    severity: "critical",
    config: { ...guarded, agents: { list: [{ id: "main", model: "ollama/llama-3.3-70b" }] } },
  },
  {
    id: "models.small_params",
    severity: "info",
    config: {
      ...guarded,
      agents: { defaults: { model: { primary: "ollama/qwen3:8b" }, sandbox: { mode: "all" } } },
      tools: { deny: ["group:web", "browser"] },
    },
  },
  {
    id: "fs.state_dir.symlink",
    severity: "warn",
    files({ paths }) {
      renameSync(paths.stateDir, `${paths.stateDir}-real`);
      symlinkSync(`${paths.stateDir}-real`, paths.stateDir);
    },
  },
  {
    id: "fs.state_dir.perms_world_writable",
    severity: "critical",
    files: ({ paths }) => chmodSync(paths.stateDir, 0o707),
  },
  { id: "fs.state_dir.perms_group_writable", severity: "warn", files: ({ paths }) => chmodSync(paths.stateDir, 0o770) },
  { id: "fs.state_dir.perms_readable", severity: "warn", files: ({ paths }) => chmodSync(paths.stateDir, 0o755) },
  {
    id: "fs.config.symlink",
    severity: "warn",
    files({ paths }) {
      renameSync(paths.configPath, `${paths.configPath}.real`);
      symlinkSync(`${paths.configPath}.real`, paths.configPath);
    },
  },
  { id: "fs.config.perms_writable", severity: "critical", files: ({ paths }) => chmodSync(paths.configPath, 0o620) },
  {
    id: "fs.config.perms_world_readable",
    severity: "critical",
    files: ({ paths }) => chmodSync(paths.configPath, 0o644),
  },
  { id: "fs.config.perms_group_readable", severity: "warn", files: ({ paths }) => chmodSync(paths.configPath, 0o640) },
  ...(
    [
      ["perms_writable", 0o620, "critical"],
      ["perms_world_readable", 0o604, "critical"],
      ["perms_group_readable", 0o640, "warn"],
    ] as const
  ).map(
    ([id, bits, severity]): Case => ({
      id: `fs.config_include.${id}`,
      severity,
      config: { ...guarded, $include: "./more.json5" },
      files: mode("more.json5", bits),
    }),
  ),
  {
    id: "fs.credentials_dir.perms_writable",
    severity: "critical",
    files: credentialsDir(0o770),
  },
  {
    id: "fs.credentials_dir.perms_readable",
    severity: "warn",
    files: credentialsDir(0o750),
  },
  {
    id: "fs.auth_profiles.perms_writable",
    severity: "critical",
    files: mode("agents/work/agent/auth-profiles.json", 0o660),
  },
  {
    id: "fs.auth_profiles.perms_readable",
    severity: "warn",
    files: mode("agents/main/agent/auth-profiles.json", 0o644),
  },
  {
    id: "fs.sessions_store.perms_readable",
    severity: "warn",
    files: mode("agents/main/sessions/sessions.json", 0o644),
  },
  {
    id: "fs.log_file.perms_readable",
    severity: "warn",
    config: { ...guarded, logging: { file: "~/.openclaw/claw.log" } },
    files: mode("claw.log", 0o644),
  },
  { id: "plugins.extensions_no_allowlist", severity: "warn", files: plugin({ "index.js": "" }) },
  {
    id: "plugins.extensions_no_allowlist",
    severity: "critical",
    config: telegram({}),
    files: plugin({ "index.js": "" }),
  },
  {
    id: "plugins.code_safety",
    severity: "critical",
    files: plugin({ "index.js": "eval(text)\n" }),
    input: () => deep(),
  },
  {
    id: "plugins.code_safety",
    severity: "warn",
    files: plugin({ "index.js": 'new WebSocket("wss://far.example:4444")\n' }),
    input: () => deep(),
  },
  {
    id: "plugins.code_safety.entry_path",
    severity: "warn",
    files: plugin({ "package.json": entries("./.hidden/index.js"), ".hidden/index.js": "" }),
    input: () => deep(),
  },
  {
    id: "plugins.code_safety.entry_escape",
    severity: "critical",
    files: plugin({ "package.json": entries("../../outside.js") }),
    input: () => deep(),
  },
  {
    id: "skills.code_safety",
    severity: "critical",
    files: (installation) =>
      void installation.write("skills/brew/run.js", 'import { exec } from "node:child_process";\nexec("rm x");\n'),
    input: ({ paths }) => deep({ skills: [{ name: "brew", dir: path.join(paths.skillsDir, "brew") }] }),
  },
  {
    id: "skills.code_safety.scan_failed",
    severity: "warn",
    input: ({ paths }) => deep({ skills: [{ name: "brew", dir: path.join(paths.skillsDir, "gone") }] }),
  },
  { id: "channels.telegram.dm.open", severity: "critical", config: telegram({ dmPolicy: "open", allowFrom: ["*"] }) },
  { id: "channels.telegram.dm.disabled", severity: "info", config: telegram({ dmPolicy: "disabled" }) },
  {
    id: "channels.slack.dm.scope_main_multiuser",
    severity: "warn",
    config: channels({ slack: { botToken: "x", appToken: "y", dm: { allowFrom: ["U1", "U2"] } } }),
  },
  {
    id: "channels.discord.commands.native.unrestricted",
    severity: "critical",
    config: channels({ discord: { token: "t" } }, { commands: { useAccessGroups: false } }),
  },
  {
    id: "channels.discord.commands.native.no_allowlists",
    severity: "warn",
    config: channels({ discord: { token: "t" } }),
  },
  {
    id: "channels.slack.commands.slash.useAccessGroups_off",
    severity: "critical",
    config: channels(
      { slack: { botToken: "x", appToken: "y", slashCommand: { enabled: true } } },
      { commands: { useAccessGroups: false } },
    ),
  },
  {
    id: "channels.slack.commands.slash.no_allowlists",
    severity: "warn",
    config: channels({ slack: { botToken: "x", appToken: "y", commands: { native: true } } }),
  },
  {
    id: "channels.telegram.groups.allowFrom.wildcard",
    severity: "critical",
    config: telegram({ groups: { "*": { allowFrom: ["*"] } } }),
  },
  {
    id: "channels.telegram.groups.allowFrom.missing",
    severity: "critical",
    config: telegram({ groups: { "-100": {} } }),
  },
  {
    id: "channels.matrix.warning.2",
    severity: "critical",
    input: () => ({ channelWarnings: { matrix: ["rooms are locked", "Anyone can DM this account"] } }),
  },
];

async function audit({ config = guarded, env = {}, files, input }: Omit<Case, "id" | "severity">) {
  const installation = temporaryInstallation(env);
  installation.configure(config);
  files?.(installation);
  const { config: loaded, parsed, includedPaths, issues } = await installation.config();
  expect(issues).toEqual([]);
  return runAudit({
    config: loaded,
    parsed,
    includedPaths,
    env: installation.env,
    paths: installation.paths,
    files: posixAccess,
    now: () => 7,
    ...input?.(installation),
  });
}

describe("runAudit", () => {
  it.each(cases)("finds $id ($severity)", async ({ id, severity, ...world }) => {
    const { findings, summary, ts } = await audit(world);
    const found = findings.find(({ checkId }) => checkId === id);
    expect(found).toMatchObject({ severity });
    if (severity !== "info") expect(found?.remediation ?? found?.detail).toBeTruthy();
    expect(summary[severity]).toBe(findings.filter((each) => each.severity === severity).length);
    expect(ts).toBe(7);
  });

  it("has a case for every check it knows", () => {
    const known = auditChecks.flatMap(({ ids }) => ids);
    // These two need an invalid configuration or a file system that refuses; tests of their own show them.
    const elsewhere = ["plugins.code_safety.scan_failed", "channels.<id>.dm.open_invalid"];
    const shown = (id: string) =>
      cases.some((each) => new RegExp(`^${id.replaceAll(".", "\\.").replace(/<id>|<n>/g, "[^.]+")}$`).test(each.id));
    expect(known.filter((id) => !shown(id))).toEqual(elsewhere);
    expect(new Set(known).size).toBe(known.length);
  });

  it("finds nothing but the surface and the missing proxy in a fresh installation", async () => {
    const { findings } = await audit({});
    expect(findings.map(({ checkId }) => checkId)).toEqual([
      "summary.attack_surface",
      "gateway.trusted_proxies_missing",
    ]);
  });

  it("finds an open policy that its list contradicts in a file that does not validate", async () => {
    const installation = temporaryInstallation();
    installation.configure(telegram({ dmPolicy: "open" }));
    const { config, parsed } = await installation.config();
    const { env, paths } = installation;
    const { findings } = await runAudit({
      config,
      parsed,
      includedPaths: [],
      env,
      paths,
      files: posixAccess,
      now: Date.now,
    });
    expect(findings.map(({ checkId }) => checkId)).toContain("channels.telegram.dm.open_invalid");
  });

  it("tells of a plugin that it cannot read", async () => {
    const { findings } = await audit({
      files(installation) {
        plugin({ "index.js": "" })(installation);
        chmodSync(path.join(installation.paths.extensionsDir, "pet"), 0o000);
      },
      input: () => deep(),
    });
    const failed = findings.filter(({ checkId }) => checkId === "plugins.code_safety.scan_failed");
    // Root reads it all the same.
    expect(failed).toHaveLength(process.getuid?.() === 0 ? 0 : 1);
  });

  it("does not take a reference to a variable for a secret in the file", async () => {
    const { findings } = await audit({
      // biome-ignore lint/suspicious/noTemplateCurlyInString: the syntax of the configuration
      config: { gateway: { auth: { token, password: "${CLAW_PASSWORD}" } } },
      env: { CLAW_PASSWORD: "hunter2" },
    });
    expect(findings.map(({ checkId }) => checkId)).not.toContain("config.secrets.gateway_password_in_config");
  });

  it("never shows a secret", async () => {
    const report = await audit({
      config: {
        gateway: { auth: { token: "tiny-secret", password: "hunter2" } },
        hooks: { enabled: true, token: "tiny-secret" },
      },
    });
    expect(JSON.stringify(report)).not.toMatch(/tiny-secret|hunter2/);
  });

  it("counts those who paired as senders", async () => {
    const { findings } = await audit({
      config: telegram({ allowFrom: ["1"] }),
      files: (installation) =>
        void installation.write("credentials/telegram-allowFrom.json", JSON.stringify({ allowFrom: ["2"] })),
    });
    expect(findings.map(({ checkId }) => checkId)).toContain("channels.telegram.dm.scope_main_multiuser");
  });

  it("asks the Gateway for a quarter of a second at least", async () => {
    const asked: number[] = [];
    const installation = temporaryInstallation();
    const { config, parsed } = await installation.config();
    const { env, paths } = installation;
    const probe = async (timeoutMs: number) => {
      asked.push(timeoutMs);
      return { attempted: true, url: null, ok: true, error: null };
    };
    const input = { config, parsed, includedPaths: [], env, paths, files: posixAccess, now: Date.now };
    await runAudit({ ...input, deep: { probe, skills: [] } }, { probeMs: 1 });
    const { deep: answer } = await runAudit({ ...input, deep: { probe, skills: [] } });
    expect(asked).toEqual([250, 5000]);
    expect(answer).toEqual({ gateway: { attempted: true, url: null, ok: true, error: null } });
  });
});
