import { existsSync, mkdirSync, readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

const ctrlC = "\u0003";
const config = JSON.stringify({
  gateway: { mode: "local", auth: { token: "0123456789abcdef0123456789abcdef" } },
  agents: { list: [{ id: "main" }, { id: "work" }] },
  channels: { telegram: { botToken: "1:a" } },
  logging: { redactSensitive: "off" },
});

function furnished() {
  const home = temporaryHome();
  home.writeConfig(config);
  mkdirSync(path.join(home.home, ".openclaw", "workspace"), { mode: 0o700 });
  return home;
}

describe("a question at a terminal", () => {
  it.each<[argv: string[], shown: string, said: string]>([
    [["reset"], "What shall be erased?", "Reset cancelled."],
    [["reset", "--scope", "full"], "Erase (full)?", "Reset cancelled."],
    [["uninstall"], "What shall be removed?", "Uninstall cancelled."],
    [["agents", "delete", "work"], 'Delete agent "work"', "Cancelled."],
    [["channels", "remove", "--channel", "telegram"], "Disable Telegram account", "Cancelled."],
    [["security", "audit", "--fix"], "Apply these changes?", "Cancelled."],
    [["doctor"], "Create the missing directories?", "Doctor cancelled."],
    [["agents", "add"], "Agent name", "Cancelled."],
    [["completion", "--install", "--shell", "bash"], "Load the completion", "Cancelled."],
    [["channels", "add"], "", "Cancelled."],
  ])("%j ends with Ctrl+C: no error, nothing changed", async (argv, shown, said) => {
    using home = furnished();
    const { code, stdout, stderr } = await home.run(argv, { keys: [[shown, ctrlC]] });
    expect(stdout).toContain(shown);
    expect({ code, stderr }).toEqual({ code: 0, stderr: expect.stringContaining(said) });
    expect(readFileSync(home.configPath, "utf8")).toBe(config);
    expect(readdirSync(path.dirname(home.configPath)).sort()).toEqual(["openclaw.json", "workspace"]);
    expect(existsSync(path.join(home.home, ".bashrc"))).toBe(false);
  });

  it("takes several answers at once, marked with the space bar", async () => {
    using home = furnished();
    const { code, stdout } = await home.run(["uninstall", "--dry-run"], {
      // Service is marked at first; down and space mark the state.
      keys: [["What shall be removed?", "\u001b[B \r"]],
    });
    expect(code).toBe(0);
    expect(stdout).toContain("[dry-run] remove gateway service\n");
    expect(stdout).toContain("[dry-run] remove ~/.openclaw\n");
    expect(stdout).toContain("Preserved workspace: ~/.openclaw/workspace");
    expect(existsSync(home.configPath)).toBe(true);
  });

  it("leaves the terminal alone where nobody can answer, and says which flag answers", async () => {
    using home = furnished();
    for (const [argv, flag] of [
      [["agents", "delete", "work"], "--force"],
      [["reset", "--scope", "full"], "--yes"],
      [["uninstall", "--all"], "--yes"],
      [["completion", "--install", "--shell", "bash"], "--yes"],
    ] as const) {
      const { code, stderr } = await home.run(argv);
      expect({ argv, code, stderr }).toEqual({ argv, code: 1, stderr: expect.stringContaining(flag) });
    }
  });
});
