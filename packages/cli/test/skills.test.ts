import fs from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { temporaryHome } from "./cli.ts";

let home: ReturnType<typeof temporaryHome>;

function writeSkill(name: string, metadata = "{}"): void {
  const dir = path.join(home.home, ".openclaw", "skills", name);
  fs.mkdirSync(dir, { recursive: true });
  const text = `---\nname: ${name}\ndescription: Knows ${name}\nmetadata: ${metadata}\n---\nDo it.\n`;
  fs.writeFileSync(path.join(dir, "SKILL.md"), text);
}

const json = async (...argv: string[]) => JSON.parse((await home.run(argv)).stdout);

beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

describe("skills", () => {
  test("are listed with what is missing", async () => {
    writeSkill("tea", `{"openclaw":{"emoji":"🍵"}}`);
    writeSkill("brew", `{"openclaw":{"requires":{"bins":["nope-there-is-none"],"env":["BREW_KEY"]}}}`);
    const { stdout, code } = await home.run(["skills", "list", "-v"]);
    expect(code).toBe(0);
    expect(stdout).toContain("Skills (1/2 ready)");
    expect(stdout).toMatch(/✓ ready.*🍵 tea/);
    expect(stdout).toContain("✗ missing");
    expect(stdout).toContain("nope-there-is-none");
    expect(stdout).toContain("npx clawhub");
    expect((await home.run(["skills"])).stdout).toContain("Skills (1/2 ready)");
    expect((await json("skills", "list", "--eligible", "--json")).skills).toMatchObject([
      { name: "tea", emoji: "🍵", eligible: true, bundled: false, missing: { bins: [] } },
    ]);
  });

  test("say so when there are none", async () => {
    expect((await home.run(["skills", "list"])).stdout).toContain("No skills found.");
    writeSkill("brew", `{"openclaw":{"requires":{"bins":["nope-there-is-none"]}}}`);
    expect((await home.run(["skills", "list", "--eligible"])).stdout).toContain("No eligible skills found.");
  });

  test("are described one by one, and an unknown name is an error", async () => {
    writeSkill("brew", `{"openclaw":{"primaryEnv":"BREW_KEY","requires":{"bins":["sh"],"env":["BREW_KEY"]}}}`);
    const { stdout } = await home.run(["skills", "info", "brew"]);
    expect(stdout).toContain("Binaries: ✓ sh");
    expect(stdout).toContain("Environment: ✗ BREW_KEY");
    expect(stdout).toContain("Primary env: BREW_KEY");
    expect(await json("skills", "info", "brew", "--json")).toMatchObject({
      skillKey: "brew",
      missing: { env: ["BREW_KEY"] },
    });
    const unknown = await home.run(["skills", "info", "cake"]);
    expect(unknown.code).toBe(1);
    expect(unknown.stderr).toContain('Skill "cake" not found. Run `openclaw skills list` to see available skills.');
    const asJson = await home.run(["skills", "info", "cake", "--json"]);
    expect([asJson.code, JSON.parse(asJson.stdout)]).toEqual([1, { error: "not found", skill: "cake" }]);
  });

  test("are counted by what keeps them from being used", async () => {
    writeSkill("tea");
    writeSkill("off");
    writeSkill("brew", `{"openclaw":{"requires":{"bins":["nope-there-is-none"]}}}`);
    home.writeConfig(`{ skills: { entries: { off: { enabled: false } } } }`);
    expect(await json("skills", "check", "--json")).toMatchObject({
      summary: { total: 3, eligible: 1, disabled: 1, blocked: 0, missingRequirements: 1 },
      eligible: ["tea"],
      disabled: ["off"],
      missingRequirements: [{ name: "brew", missing: { bins: ["nope-there-is-none"] } }],
    });
    const { stdout } = await home.run(["skills", "check"]);
    expect(stdout).toContain("Skills Status Check\nTotal: 3\n✓ Eligible: 1\n⏸ Disabled: 1\n");
    expect(stdout).toContain("brew (bins: nope-there-is-none)");
  });
});
