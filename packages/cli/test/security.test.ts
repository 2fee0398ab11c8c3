import { chmodSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

const token = "0123456789abcdef0123456789abcdef";
const bits = (file: string) => (statSync(file).mode & 0o777).toString(8);

describe("security audit", () => {
  it("prints counts and then the findings by severity, with what to do", async () => {
    using home = temporaryHome();
    home.writeConfig(JSON.stringify({ gateway: { auth: { token } }, logging: { redactSensitive: "off" } }));
    chmodSync(home.configPath, 0o644);
    const { code, stdout } = await home.run(["--profile", "default", "security", "audit"]);
    expect(code).toBe(0);
    expect(stdout).toContain("OpenClaw security audit\nSummary: 1 critical · 2 warn · 1 info\n");
    expect(stdout.indexOf("CRITICAL")).toBeLessThan(stdout.indexOf("WARN"));
    expect(stdout).toContain("fs.config.perms_world_readable The configuration file is open to others");
    expect(stdout).toContain("  Fix: chmod 600 ~/.openclaw/openclaw.json");
    expect(stdout).not.toContain(token);
  });

  it("closes state directory and file with --fix --json, and finds them closed the second time", async () => {
    using home = temporaryHome();
    home.writeConfig(JSON.stringify({ gateway: { auth: { token } } }));
    const stateDir = path.dirname(home.configPath);
    chmodSync(stateDir, 0o755);
    chmodSync(home.configPath, 0o644);
    const first = JSON.parse((await home.run(["security", "audit", "--fix", "--json"])).stdout);
    expect(first.fix.actions.slice(0, 2)).toMatchObject([
      { kind: "chmod", path: stateDir, mode: "700", ok: true },
      { kind: "chmod", path: home.configPath, mode: "600", ok: true },
    ]);
    expect([bits(stateDir), bits(home.configPath)]).toEqual(["700", "600"]);
    expect(first.report.summary.critical).toBe(0);
    const second = JSON.parse((await home.run(["security", "audit", "--fix", "--json"])).stdout);
    expect(second.fix.actions.slice(0, 2)).toMatchObject([{ skipped: "already" }, { skipped: "already" }]);
  });

  it("changes exactly groupPolicy of an open Telegram, and reports on what is there afterwards", async () => {
    using home = temporaryHome();
    const text = `{ gateway: { auth: { token: "${token}" } }, channels: { telegram: { botToken: "1:a", groupPolicy: "open" } } }`;
    home.writeConfig(text);
    const { stdout } = await home.run(["security", "audit", "--fix", "--json"]);
    expect(readFileSync(home.configPath, "utf8")).toBe(text.replace('"open"', '"allowlist"'));
    const { fix, report } = JSON.parse(stdout);
    expect(fix.changes).toEqual(['channels.telegram.groupPolicy: "open" → "allowlist"']);
    expect(JSON.stringify(report.findings)).not.toContain("open_groups_with_elevated");
  });

  it("asks before it changes something where somebody sits at the terminal, and says how to take it back", async () => {
    using home = temporaryHome();
    home.writeConfig(JSON.stringify({ gateway: { auth: { token } }, logging: { redactSensitive: "off" } }));
    chmodSync(home.configPath, 0o640);
    const declined = await home.run(["security", "audit", "--fix"], { answer: "n\n" });
    expect(declined.stdout).toContain('logging.redactSensitive: "off" → "tools"');
    expect(declined.stdout).toContain("Nothing was changed.");
    expect(bits(home.configPath)).toBe("640");
    const accepted = await home.run(["security", "audit", "--fix"], { answer: "y\n" });
    expect(accepted.stdout).toContain("cp ~/.openclaw/openclaw.json.bak ~/.openclaw/openclaw.json");
    expect(bits(home.configPath)).toBe("600");
  });

  it("reads the code of plugins and skills and asks the Gateway with --deep; --strict makes it fail", async () => {
    using home = temporaryHome();
    home.writeConfig(JSON.stringify({ gateway: { auth: { token } } }));
    const stateDir = path.dirname(home.configPath);
    const code = (folder: string, file: string, text: string) => {
      mkdirSync(path.join(stateDir, folder), { recursive: true, mode: 0o700 });
      writeFileSync(path.join(stateDir, folder, file), text);
    };
    code("extensions/pet", "openclaw.plugin.json", JSON.stringify({ id: "pet", configSchema: { type: "object" } }));
    code("extensions/pet", "index.js", "eval('1')\n");
    code("skills/brew", "SKILL.md", "---\nname: brew\ndescription: Tea\n---\n");
    code("skills/brew", "run.js", "new Function('x')\n");
    const result = await home.run(["security", "audit", "--deep", "--strict", "--json"]);
    expect(result.code).toBe(2);
    const { findings, deep } = JSON.parse(result.stdout);
    const of = (checkId: string) => findings.find((finding: { checkId: string }) => finding.checkId === checkId);
    expect(of("plugins.code_safety")).toMatchObject({ severity: "critical" });
    expect(of("plugins.code_safety").detail).toContain("index.js:1");
    expect(of("skills.code_safety")).toMatchObject({ severity: "critical" });
    expect(of("gateway.probe_failed")).toMatchObject({ severity: "warn" });
    expect(deep.gateway).toMatchObject({ attempted: true, url: "ws://127.0.0.1:9", ok: false });
  });

  it("does not run with a configuration that is invalid", async () => {
    using home = temporaryHome();
    home.writeConfig("{ nonsense: 1 }");
    const { code, stdout, stderr } = await home.run(["security", "audit", "--fix"]);
    expect({ code, stdout }).toEqual({ code: 1, stdout: "" });
    expect(stderr).toContain("Config invalid");
  });
});
