import { mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { writePlugin } from "../../plugins/src/testing/plugin-folder.ts";
import { temporaryHome } from "./cli.ts";

// A channel as plugins for the reference release write one, as far as commands need it.
const code = `
const sectionOf = (cfg) => cfg.channels?.roost ?? {};
const roost = {
  id: "roost",
  meta: { id: "roost", label: "Roost", aliases: ["rooster"] },
  capabilities: { chatTypes: ["direct"] },
  config: {
    listAccountIds: (cfg) => Object.keys(sectionOf(cfg).accounts ?? { default: {} }),
    resolveAccount: (cfg, accountId) => ({ accountId, config: sectionOf(cfg) }),
    isConfigured: (account) => Boolean(account.config.perch),
    setAccountEnabled: ({ cfg, accountId, enabled }) => ({ ...cfg, channels: { ...cfg.channels, roost: { ...sectionOf(cfg), awake: enabled } } }),
    deleteAccount: ({ cfg }) => { const { roost, ...channels } = cfg.channels; return { ...cfg, channels }; },
  },
  setup: {
    validateInput: ({ input }) => (input.token ? null : "Roost needs --token."),
    applyAccountConfig: ({ cfg, input }) => ({ ...cfg, channels: { ...cfg.channels, roost: { ...sectionOf(cfg), enabled: true, perch: input.token } } }),
  },
  onboarding: { getStatus: async () => ({ channel: "roost", configured: false, statusLines: [] }), configure: async ({ cfg }) => ({ cfg }) },
  pairing: { idLabel: "featherId", notifyApproval: async ({ id, runtime }) => runtime.log("told " + id) },
  security: { collectWarnings: ({ account }) => ["- Roost " + account.accountId + ": anyone can DM it"] },
  auth: { login: async ({ accountId, runtime, verbose, cfg }) => { if (!sectionOf(cfg).perch) throw new Error("no perch"); runtime.log("signed in " + accountId + " " + verbose); } },
  gateway: { startAccount: () => new Promise(() => {}), logoutAccount: async () => ({ cleared: true }) },
};
export default { register(api) {
  api.registerChannel({ plugin: roost });
  api.registerHook(["command:new"], () => {}, { name: "crow", description: "Crows" });
} };`;

let home: ReturnType<typeof temporaryHome>;
beforeEach(() => {
  home = temporaryHome();
  const extensions = path.join(home.home, ".openclaw", "extensions");
  writePlugin(extensions, { id: "roost", code, manifest: { channels: ["roost"] } });
});
afterEach(() => home[Symbol.dispose]());

const section = () =>
  (JSON.parse(readFileSync(home.configPath, "utf8")) as { channels: { roost?: object } }).channels.roost;

test("a plugin's channel is added, listed, switched off and deleted in its own way", async () => {
  home.writeConfig("{}");
  expect(await home.run(["channels", "add", "--channel", "roost"])).toMatchObject({
    code: 1,
    stderr: "Roost needs --token.\n",
  });
  expect((await home.run(["channels", "add", "--channel", "rooster", "--token", "oak"])).stdout).toBe(
    'Added Roost account "default".\n',
  );
  expect(section()).toEqual({ enabled: true, perch: "oak" });
  expect((await home.run(["channels", "list", "--no-usage"])).stdout).toContain("- Roost default: configured, enabled");
  await home.run(["channels", "remove", "--channel", "roost"], { answer: "y\n" });
  expect(section()).toEqual({ enabled: true, perch: "oak", awake: false });
  expect((await home.run(["channels", "remove", "--channel", "roost", "--delete"])).code).toBe(0);
  expect(section()).toBeUndefined();
});

test("its sign-in runs at the terminal, and what it throws ends the command", async () => {
  home.writeConfig("{}");
  expect(await home.run(["channels", "login", "--channel", "roost"])).toMatchObject({
    code: 1,
    stderr: expect.stringContaining("Channel login failed: no perch"),
  });
  home.writeConfig(JSON.stringify({ channels: { roost: { perch: "oak" } } }));
  expect((await home.run(["channels", "login", "--channel", "roost", "--verbose"])).stdout).toContain(
    "signed in default true",
  );
});

test("its warnings are findings of the audit, its hooks are listed, its approvals are told by itself", async () => {
  home.writeConfig(JSON.stringify({ channels: { roost: { perch: "oak" } }, hooks: { internal: { enabled: true } } }));
  const audit = JSON.parse((await home.run(["security", "audit", "--json"])).stdout) as {
    findings: { checkId: string }[];
  };
  expect(audit.findings.find(({ checkId }) => checkId.startsWith("channels.roost.warning"))).toMatchObject({
    checkId: "channels.roost.warning.1",
    severity: "critical",
    detail: expect.stringContaining("Roost default: anyone can DM it"),
  });
  const hooks = await home.run(["hooks", "list"]);
  expect(hooks.stdout).toMatch(/✓ ready.*crow.*Crows.*plugin:roost/);
  expect((await home.run(["hooks", "disable", "crow"])).code).toBe(1);
  const credentials = path.join(home.home, ".openclaw", "credentials");
  mkdirSync(credentials, { recursive: true, mode: 0o700 });
  const at = new Date().toISOString();
  const request = { id: "ada", code: "ABCD2345", createdAt: at, lastSeenAt: at };
  writeFileSync(path.join(credentials, "roost-pairing.json"), JSON.stringify({ version: 1, requests: [request] }));
  const approved = await home.run(["pairing", "approve", "roost", "ABCD2345", "--notify"]);
  expect(approved.stdout).toBe("Approved roost sender ada.\ntold ada\n");
});

test("a channel whose device is not linked is listed as that", async () => {
  home.writeConfig("{ channels: { whatsapp: {} } }");
  expect((await home.run(["channels", "list", "--no-usage"])).stdout).toContain(
    "- WhatsApp default: not linked, enabled\n",
  );
});
