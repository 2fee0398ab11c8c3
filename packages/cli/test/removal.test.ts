import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

/** A home with a bit of everything. */
function furnished(config: unknown = { gateway: { mode: "local" } }) {
  const home = temporaryHome();
  home.writeConfig(JSON.stringify(config));
  const stateDir = path.dirname(home.configPath);
  const write = (file: string) => {
    const target = path.resolve(stateDir, file);
    mkdirSync(path.dirname(target), { recursive: true });
    writeFileSync(target, file);
    return target;
  };
  const files = {
    oauth: write("credentials/oauth.json"),
    session: write("agents/main/sessions/a.jsonl"),
    profiles: write("agents/main/agent/auth-profiles.json"),
    journal: write("journal/1.jsonl"),
    memory: write("workspace/MEMORY.md"),
  };
  return { ...home, [Symbol.dispose]: home[Symbol.dispose], stateDir, files };
}

const sure = ["--yes", "--non-interactive"];

describe("reset", () => {
  it("removes the configuration alone", async () => {
    using home = furnished();
    const { code, stdout } = await home.run(["reset", "--scope", "config", ...sure]);
    expect(code).toBe(0);
    expect(stdout).toBe("Removed ~/.openclaw/openclaw.json\nNext: openclaw onboard --install-daemon\n");
    expect(existsSync(home.files.oauth)).toBe(true);
  });

  it("keeps workspaces and auth profiles when sessions and logins go", async () => {
    using home = furnished();
    await home.run(["reset", "--scope", "config+creds+sessions", ...sure]);
    const { oauth, session, profiles, memory } = home.files;
    expect([oauth, session, profiles, memory].map((file) => existsSync(file))).toEqual([false, false, true, true]);
  });

  it("removes everything, also what lies outside of the state directory; workspaces go to the Trash where there is one", async () => {
    using home = furnished({ agents: { list: [{ id: "main", workspace: "~/notes" }] } });
    const notes = path.join(home.home, "notes");
    mkdirSync(notes);
    writeFileSync(path.join(notes, "MEMORY.md"), "remember");
    mkdirSync(path.join(home.home, ".local", "share", "Trash"), { recursive: true });
    const { stdout } = await home.run(["reset", "--scope", "full", ...sure]);
    expect(stdout).toBe("Removed ~/notes\nRemoved ~/.openclaw\nNext: openclaw onboard --install-daemon\n");
    expect(existsSync(home.stateDir) || existsSync(notes)).toBe(false);
    const trash = path.join(home.home, ".local", "share", "Trash");
    expect(readFileSync(path.join(trash, "files", "notes", "MEMORY.md"), "utf8")).toBe("remember");
    expect(readFileSync(path.join(trash, "info", "notes.trashinfo"), "utf8")).toContain(`Path=${notes}\n`);
  });

  it("lists what would go and touches nothing with --dry-run", async () => {
    using home = furnished();
    const { code, stdout } = await home.run(["reset", "--scope", "full", "--dry-run", ...sure]);
    expect(code).toBe(0);
    expect(stdout).toBe(
      [
        "[dry-run] stop gateway service",
        "[dry-run] remove ~/.openclaw/workspace",
        "[dry-run] remove ~/.openclaw",
        "Next: openclaw onboard --install-daemon",
        "",
      ].join("\n"),
    );
    expect(existsSync(home.files.journal)).toBe(true);
  });

  it("refuses a workspace that is a whole disk, the home directory or what it is in", async () => {
    for (const workspace of ["/", "~", "/home/..", ".."]) {
      using home = furnished();
      const dir = workspace === ".." ? path.dirname(home.home) : workspace;
      home.writeConfig(JSON.stringify({ agents: { defaults: { workspace: dir } } }));
      const { stderr, stdout } = await home.run(["reset", "--scope", "full", "--dry-run", ...sure]);
      expect(stderr).toContain("Refusing to remove unsafe path:");
      expect(stdout).toContain("[dry-run] remove ~/.openclaw\n");
    }
  });

  it("needs a scope and a yes where nobody can answer", async () => {
    using home = furnished();
    const error = async (argv: string[]) => (await home.run(["reset", ...argv])).stderr.trim();
    expect(await error(["--non-interactive"])).toBe("Non-interactive mode requires --yes.");
    expect(await error(sure)).toBe("Non-interactive mode requires --scope.");
    expect(await error(["--scope", "most"])).toBe(
      'Invalid --scope. Expected "config", "config+creds+sessions", or "full".',
    );
    expect(await error(["--scope", "full"])).toContain("There is no terminal to ask on.");
    expect(existsSync(home.configPath)).toBe(true);
  });

  it("asks what and whether, and can be declined", async () => {
    using home = furnished();
    const declined = await home.run(["reset"], { answer: "1\nn\n" });
    expect(declined).toMatchObject({ code: 0, stdout: expect.stringContaining("Reset cancelled.") });
    expect(existsSync(home.configPath)).toBe(true);
    await home.run(["reset"], { answer: "1\ny\n" });
    expect(existsSync(home.configPath)).toBe(false);
  });

  it("works with an invalid configuration", async () => {
    using home = furnished();
    home.writeConfig("{ broken");
    expect((await home.run(["reset", "--scope", "config", "--dry-run"])).code).toBe(0);
  });
});

describe("uninstall", () => {
  it("keeps the workspace inside the state directory when the state goes", async () => {
    using home = furnished();
    const { code, stdout } = await home.run(["uninstall", "--state", ...sure]);
    expect(code).toBe(0);
    expect(stdout).toContain("Preserved workspace: ~/.openclaw/workspace\n");
    expect(stdout).toMatch(/CLI still installed\. Remove via npm\/pnpm if desired\.\n$/);
    const { memory, ...others } = home.files;
    expect(readFileSync(memory, "utf8")).toBe("workspace/MEMORY.md");
    expect(Object.values(others).filter((file) => existsSync(file))).toEqual([]);
    expect(existsSync(home.configPath)).toBe(false);
  });

  it("removes state and workspace together", async () => {
    using home = furnished();
    await home.run(["uninstall", "--all", ...sure]);
    expect(existsSync(home.stateDir)).toBe(false);
  });

  it("says what it would do with --dry-run", async () => {
    using home = furnished();
    const { stdout } = await home.run(["uninstall", "--all", "--dry-run"]);
    expect(stdout).toContain("[dry-run] remove gateway service\n");
    expect(stdout).toContain("[dry-run] remove ~/.openclaw\n");
    expect(existsSync(home.configPath)).toBe(true);
  });

  it("needs a selection and a yes where nobody can answer", async () => {
    using home = furnished();
    const error = async (argv: string[]) => (await home.run(["uninstall", ...argv])).stderr.trim();
    expect(await error(sure)).toBe("Non-interactive mode requires explicit scopes (use --all).");
    expect(await error(["--all", "--non-interactive"])).toBe("Non-interactive mode requires --yes.");
  });

  it("removes nothing when nothing is selected, and can be declined", async () => {
    using home = furnished();
    expect((await home.run(["uninstall"], { answer: "n\nn\nn\n" })).stdout).toContain("Nothing selected.");
    expect((await home.run(["uninstall"], { answer: "n\ny\nn\nn\n" })).stdout).toContain("Uninstall cancelled.");
    expect(existsSync(home.files.journal)).toBe(true);
  });
});
