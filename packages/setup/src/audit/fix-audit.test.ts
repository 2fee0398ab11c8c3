import { chmodSync, mkdirSync, readFileSync, statSync, symlinkSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryInstallation } from "../testing/temporary-installation.ts";
import { type FileAccess, fixAudit, planAuditFix, posixAccess } from "./index.ts";

const bits = (file: string) => (statSync(file).mode & 0o777).toString(8);

async function fixture(config: unknown) {
  const installation = temporaryInstallation();
  installation.configure(config);
  const store = await installation.store();
  const input = (files: FileAccess = posixAccess) => ({
    paths: installation.paths,
    includedPaths: store.snapshot().includedPaths,
    files,
    store,
  });
  return { ...installation, input };
}

describe("fixAudit", () => {
  it("closes the state directory and the configuration, and finds them closed the second time", async () => {
    const { paths, input } = await fixture({});
    chmodSync(paths.stateDir, 0o755);
    chmodSync(paths.configPath, 0o644);
    const first = await fixAudit(input());
    expect(first).toMatchObject({ ok: true, configWritten: false, changes: [], errors: [] });
    expect(first.actions.slice(0, 2)).toEqual([
      { kind: "chmod", path: paths.stateDir, mode: "700", ok: true, previous: "755" },
      { kind: "chmod", path: paths.configPath, mode: "600", ok: true, previous: "644" },
    ]);
    expect([bits(paths.stateDir), bits(paths.configPath)]).toEqual(["700", "600"]);
    const second = await fixAudit(input());
    expect(second.actions.slice(0, 2).map(({ skipped }) => skipped)).toEqual(["already", "already"]);
  });

  it("closes directories and files of agents and credentials", async () => {
    const { paths, input, write } = await fixture({});
    const open = [
      write("agents/main/agent/auth-profiles.json", "{}", 0o644),
      write("agents/main/sessions/sessions.json", "{}", 0o666),
      write("credentials/whatsapp/default/creds.json", "{}", 0o644),
    ];
    chmodSync(path.join(paths.agentsDir, "main"), 0o755);
    await fixAudit(input());
    expect(open.map(bits)).toEqual(["600", "600", "600"]);
    expect(bits(path.join(paths.agentsDir, "main"))).toBe("700");
  });

  it("changes exactly the open policy of a channel, and keeps the text that was there", async () => {
    const { paths, input } = await fixture({ channels: { telegram: { botToken: "1:a", groupPolicy: "open" } } });
    const before = readFileSync(paths.configPath, "utf8");
    const result = await fixAudit(input());
    expect(result).toMatchObject({
      configWritten: true,
      changes: ['channels.telegram.groupPolicy: "open" → "allowlist"'],
    });
    expect(readFileSync(paths.configPath, "utf8")).toBe(before.replace('"open"', '"allowlist"'));
    expect(readFileSync(`${paths.configPath}.bak`, "utf8")).toBe(before);
    expect(bits(`${paths.configPath}.bak`)).toBe("600");
  });

  it("closes accounts, lets paired senders into WhatsApp's groups and masks logs; nothing else", async () => {
    const { paths, input, write } = await fixture({
      gateway: { auth: { token: "short" } },
      logging: { redactSensitive: "off" },
      channels: {
        whatsapp: { groupPolicy: "open" },
        discord: { token: "t", accounts: { work: { groupPolicy: "open" } }, dm: { policy: "open", allowFrom: ["*"] } },
      },
    });
    write("credentials/whatsapp-allowFrom.json", JSON.stringify({ allowFrom: ["+4912"] }));
    const { changes } = await fixAudit(input());
    expect(changes).toEqual([
      'channels.whatsapp.groupPolicy: "open" → "allowlist"',
      "channels.whatsapp.groupAllowFrom: 1 paired sender added",
      'channels.discord.accounts.work.groupPolicy: "open" → "allowlist"',
      'logging.redactSensitive: "off" → "tools"',
    ]);
    expect(JSON.parse(readFileSync(paths.configPath, "utf8"))).toEqual({
      gateway: { auth: { token: "short" } },
      logging: { redactSensitive: "tools" },
      channels: {
        whatsapp: { groupPolicy: "allowlist", groupAllowFrom: ["+4912"] },
        discord: {
          token: "t",
          accounts: { work: { groupPolicy: "allowlist" } },
          dm: { policy: "open", allowFrom: ["*"] },
        },
      },
    });
  });

  it("plans without changing anything", async () => {
    const { paths, input } = await fixture({
      channels: { slack: { botToken: "x", appToken: "y", groupPolicy: "open" } },
    });
    chmodSync(paths.stateDir, 0o750);
    const before = readFileSync(paths.configPath, "utf8");
    const plan = await planAuditFix(input());
    expect(plan.changes).toHaveLength(1);
    expect(plan.actions).toMatchObject([{ path: paths.stateDir, mode: "700", previous: "750" }]);
    expect(bits(paths.stateDir)).toBe("750");
    expect(readFileSync(paths.configPath, "utf8")).toBe(before);
  });

  it("leaves symbolic links alone and goes on after a failure", async () => {
    const { paths, input, write, home } = await fixture({});
    mkdirSync(paths.credentialsDir, { mode: 0o700 });
    const outside = path.join(home, "elsewhere.json");
    write(outside, "{}", 0o644);
    symlinkSync(outside, path.join(paths.credentialsDir, "linked.json"));
    write("credentials/oauth.json", "{}", 0o644);
    chmodSync(paths.stateDir, 0o755);
    const refusing: FileAccess = {
      ...posixAccess,
      close: (file, kind) =>
        file === paths.stateDir ? Promise.reject(new Error("not permitted")) : posixAccess.close(file, kind),
    };
    const result = await fixAudit(input(refusing));
    expect(result.ok).toBe(false);
    expect(result.errors).toEqual([`${paths.stateDir}: not permitted`]);
    expect(result.actions.find((action) => action.path === paths.stateDir)).toMatchObject({ ok: false });
    expect(result.actions.find((action) => action.path.endsWith("linked.json"))).toMatchObject({ skipped: "symlink" });
    expect(bits(outside)).toBe("644");
    expect(bits(path.join(paths.credentialsDir, "oauth.json"))).toBe("600");
  });
});
