import { existsSync, mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { describe, expect, it } from "vitest";
import { temporaryHome } from "./cli.ts";

const config = (home: { configPath: string }) => JSON.parse(readFileSync(home.configPath, "utf8"));

describe("agents", () => {
  it("lists the agent there is when nothing is configured", async () => {
    using home = temporaryHome();
    const { stdout } = await home.run(["agents"]);
    expect(stdout).toMatch(/^Agents:\n- main \(default\)\n/);
    expect(stdout).toContain("Workspace: ~/.openclaw/workspace\n");
    expect(JSON.parse((await home.run(["agents", "list", "--json"])).stdout)).toEqual([
      {
        id: "main",
        workspace: path.join(home.home, ".openclaw", "workspace"),
        agentDir: path.join(home.home, ".openclaw", "agents", "main", "agent"),
        bindings: 0,
        isDefault: true,
        routes: ["default (no explicit rules)"],
      },
    ]);
  });

  it("adds an agent with its directories and rules; the one before stays the default", async () => {
    using home = temporaryHome();
    const dir = path.join(home.home, "work");
    const argv = ["agents", "add", "My Work!", "--workspace", dir, "--model", "openai/gpt-5.2"];
    const { code, stdout } = await home.run([...argv, "--bind", "telegram:work", "--bind", "slack"]);
    expect(code).toBe(0);
    expect(stdout).toContain('Normalized agent id to "my-work".\nAgent: my-work\nWorkspace: ~/work\n');
    expect(config(home)).toMatchObject({
      agents: {
        list: [
          { id: "main", default: true },
          { id: "my-work", name: "My Work!", workspace: dir, model: "openai/gpt-5.2" },
        ],
      },
      bindings: [
        { agentId: "my-work", match: { channel: "telegram", accountId: "work" } },
        { agentId: "my-work", match: { channel: "slack" } },
      ],
    });
    expect(existsSync(path.join(dir, "AGENTS.md"))).toBe(true);
    expect((statSync(path.join(home.home, ".openclaw/agents/my-work/agent")).mode & 0o777).toString(8)).toBe("700");
    const listed = await home.run(["agents", "list", "--bindings"]);
    expect(listed.stdout).toContain("- telegram:work → my-work");
    expect(listed.stdout).toContain("- main (default)");
  });

  it("leaves a rule to the agent that owns it", async () => {
    using home = temporaryHome();
    await home.run(["agents", "add", "a", "--workspace", "~/a", "--bind", "telegram"]);
    const { stdout } = await home.run([
      "agents",
      "add",
      "b",
      "--workspace",
      "~/b",
      "--bind",
      "telegram",
      "--bind",
      "slack",
      "--json",
    ]);
    expect(JSON.parse(stdout)).toMatchObject({
      agentId: "b",
      workspace: path.join(home.home, "b"),
      bindings: { added: [{ channel: "slack" }], skipped: [], conflicts: [{ channel: "telegram", agentId: "a" }] },
    });
    expect(
      config(home).bindings.filter((rule: { match: { channel: string } }) => rule.match.channel === "telegram"),
    ).toEqual([{ agentId: "a", match: { channel: "telegram" } }]);
  });

  it("says what it needs, and refuses names that are taken", async () => {
    using home = temporaryHome();
    const error = async (...argv: string[]) => (await home.run(["agents", "add", ...argv])).stderr.trim();
    expect(await error("--non-interactive")).toBe("Agent name is required in non-interactive mode.");
    expect(await error("work", "--non-interactive")).toBe(
      "Non-interactive mode requires --workspace. Re-run without flags to use the wizard.",
    );
    expect(await error("main", "--workspace", "~/x")).toBe('"main" is reserved. Choose another name.');
    await home.run(["agents", "add", "work", "--workspace", "~/x"]);
    expect(await error("work", "--workspace", "~/x")).toBe('Agent "work" already exists.');
    expect(await error("other", "--workspace", "~/y", "--bind", "what ever")).toContain("--bind:");
  });

  it("deletes an agent, what leads to it, and keeps what it had in the Trash", async () => {
    using home = temporaryHome();
    home.writeConfig(
      JSON.stringify({
        agents: {
          list: [
            { id: "main", default: true },
            { id: "work", workspace: path.join(home.home, "work") },
          ],
        },
        bindings: [{ agentId: "work", match: { channel: "slack" } }],
        tools: { agentToAgent: { enabled: true, allow: ["main", "work"] } },
      }),
    );
    mkdirSync(path.join(home.home, "work"));
    writeFileSync(path.join(home.home, "work", "MEMORY.md"), "remember");
    expect((await home.run(["agents", "delete", "work"])).stderr.trim()).toBe(
      "Non-interactive session. Re-run with --force.",
    );
    const { stdout } = await home.run(["agents", "delete", "work", "--force", "--json"]);
    expect(JSON.parse(stdout)).toMatchObject({ agentId: "work", removedBindings: 1, removedAllow: 1 });
    expect(config(home)).toMatchObject({
      agents: { list: [{ id: "main", default: true }] },
      bindings: [],
      tools: { agentToAgent: { enabled: true, allow: ["main"] } },
    });
    const trash = path.join(home.home, process.platform === "darwin" ? ".Trash" : ".local/share/Trash/files");
    expect(readFileSync(path.join(trash, "work", "MEMORY.md"), "utf8")).toBe("remember");
    expect(existsSync(path.join(home.home, "work"))).toBe(false);
    expect((await home.run(["agents", "delete", "work", "--force"])).stderr.trim()).toBe('Agent "work" not found.');
    expect((await home.run(["agents", "delete", "main", "--force"])).stderr.trim()).toBe('"main" cannot be deleted.');
  });

  it("keeps a workspace that another agent works in", async () => {
    using home = temporaryHome();
    const shared = path.join(home.home, "shared");
    home.writeConfig(
      JSON.stringify({
        agents: {
          list: [
            { id: "main", workspace: shared },
            { id: "work", workspace: shared },
          ],
        },
      }),
    );
    mkdirSync(shared);
    const { stderr } = await home.run(["agents", "delete", "work", "--force"]);
    expect(stderr).toContain("Kept ~/shared: another agent uses it.");
    expect(existsSync(shared)).toBe(true);
  });

  it("writes an identity: from flags, from IDENTITY.md, flags first", async () => {
    using home = temporaryHome();
    await home.run(["agents", "add", "work", "--workspace", "~/work"]);
    writeFileSync(
      path.join(home.home, "work", "IDENTITY.md"),
      "# Identity\n\n- **Name:** Claw\n- **Emoji:** 🦞\n- **Theme:** [to be found]\n",
    );
    const set = async (...argv: string[]) => home.run(["agents", "set-identity", ...argv]);
    const result = await set(
      "--workspace",
      path.join(home.home, "work"),
      "--from-identity",
      "--name",
      "Clawd",
      "--json",
    );
    expect(JSON.parse(result.stdout)).toEqual({
      agentId: "work",
      identity: { name: "Clawd", emoji: "🦞" },
      workspace: path.join(home.home, "work"),
      identityFile: path.join(home.home, "work", "IDENTITY.md"),
    });
    expect(config(home).agents.list[1].identity).toEqual({ name: "Clawd", emoji: "🦞" });
    expect((await home.run(["agents"])).stdout).toContain("Identity: 🦞 Clawd\n");
    expect((await set("--name", "x")).stderr.trim()).toBe(
      "Select an agent with --agent or provide a workspace via --workspace.",
    );
    expect((await set("--agent", "work")).stderr.trim()).toBe(
      "No identity fields provided. Use --name/--emoji/--theme/--avatar or --from-identity.",
    );
    expect((await set("--workspace", "/nowhere", "--name", "x")).stderr.trim()).toBe(
      "No agent workspace matches /nowhere. Pass --agent to target a specific agent.",
    );
    expect((await set("--agent", "work", "--identity-file", "/none.md")).stderr.trim()).toBe(
      "No identity data found in /none.md.",
    );
  });
});
