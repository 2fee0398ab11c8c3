import { existsSync, readFileSync, statSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { ctrlC, type SetupVisitOptions, setupVisit } from "../testing/setup-visit.ts";
import { addAgentWithQuestions, commitAgent } from "./index.ts";

/** Somebody adds an agent, on a machine with these files. */
async function adding(given: SetupVisitOptions & { name?: string; files?: Readonly<Record<string, string>> } = {}) {
  const visit = await setupVisit(given);
  for (const [file, text] of Object.entries(given.files ?? {})) visit.write(file, text);
  const placesOf = (id: string) => ({
    workspace: path.join(visit.paths.stateDir, `workspace-${id}`),
    agentDir: path.join(visit.paths.agentsDir, id, "agent"),
  });
  const before = visit.files();
  return {
    ...visit,
    placesOf,
    before,
    plan: () => addAgentWithQuestions(given.name, placesOf, visit.prompter, visit.world),
    async add() {
      const plan = await this.plan();
      expect(visit.files()).toEqual(before);
      await commitAgent(plan, visit.world);
    },
  };
}

it("asks for a name and a place, and leaves everything else to what all agents have", async () => {
  const visit = await adding({ answers: { "Agent name": "My Helper" } });
  await visit.add();
  expect(visit.messages()).toEqual([
    "Agent name",
    "Workspace directory",
    "Configure model/auth for this agent now?",
    "Configure chat channels now?",
    "Select a channel",
  ]);
  expect(visit.note("Agent id")).toBe('Agent id: Normalized agent id to "my-helper".');
  const workspace = path.join(visit.paths.stateDir, "workspace-my-helper");
  const agentDir = path.join(visit.paths.agentsDir, "my-helper/agent");
  expect(visit.written()).toMatchObject({
    agents: {
      list: [
        { id: "main", default: true },
        { id: "my-helper", name: "My Helper", workspace, agentDir },
      ],
    },
  });
  expect(visit.written()).not.toHaveProperty("bindings");
  expect(existsSync(path.join(workspace, "BOOTSTRAP.md"))).toBe(true);
  expect(existsSync(path.join(visit.paths.agentsDir, "my-helper/sessions"))).toBe(true);
});

it("has a model and credentials of its own where they are wanted; those of the others stay", async () => {
  const config = { agents: { defaults: { model: { primary: "openai/gpt-5.1-codex" } } } };
  const visit = await adding({
    config,
    name: "work",
    answers: {
      "Configure model/auth": true,
      "Model/auth provider": "xai",
      "Enter xAI API key": "xai-key",
      "Configure chat channels now?": false,
    },
  });
  await visit.add();
  expect(visit.written().agents).toMatchObject({
    defaults: config.agents.defaults,
    list: [
      { id: "main", default: true },
      { id: "work", model: "xai/grok-4" },
    ],
  });
  const own = path.join(visit.paths.agentsDir, "work/agent/auth-profiles.json");
  expect(JSON.parse(readFileSync(own, "utf8")).profiles["xai:default"].key).toBe("xai-key");
  expect(visit.written()).toMatchObject({
    auth: { profiles: { "xai:default": { provider: "xai", mode: "api_key" } } },
    models: { providers: { xai: { baseUrl: "https://api.x.ai/v1" } } },
  });
  expect(existsSync(path.join(visit.paths.agentsDir, "main/agent/auth-profiles.json"))).toBe(false);
});

it("copies the credentials of the default agent when told, for its user alone", async () => {
  const files = { "agents/main/agent/auth-profiles.json": '{"version":1,"profiles":{}}' };
  const visit = await adding({ name: "work", files, answers: { "Copy auth profiles": true, "Configure chat": false } });
  await visit.add();
  const copy = path.join(visit.paths.agentsDir, "work/agent/auth-profiles.json");
  expect(readFileSync(copy, "utf8")).toBe(files["agents/main/agent/auth-profiles.json"]);
  expect((statSync(copy).mode & 0o777).toString(8)).toBe("600");
  const refused = await adding({ name: "work", files, answers: { "Configure chat": false } });
  await refused.add();
  expect(existsSync(path.join(refused.paths.agentsDir, "work/agent/auth-profiles.json"))).toBe(false);
});

it("leads channels that are configured to it, where that is wanted", async () => {
  const config = { channels: { telegram: { botToken: "1:a" }, discord: { token: "d" } } };
  const visit = await adding({
    config,
    name: "work",
    answers: { "Configure chat": false, "Route selected channels": true, "Channels to route": ["discord"] },
  });
  await visit.add();
  expect(visit.written().bindings).toEqual([{ agentId: "work", match: { channel: "discord" } }]);
});

it("asks before it changes one that is there, and refuses the reserved name", async () => {
  const config = {
    agents: {
      list: [
        { id: "main", default: true },
        { id: "work", workspace: "/old" },
      ],
    },
  };
  const no = await adding({ config, name: "work" });
  await expect(no.plan()).rejects.toThrow("Setup cancelled.");
  expect(no.messages()).toEqual(['Agent "work" already exists. Update it?']);
  const answers = { 'Agent "work" already exists': true, "Workspace directory": "~/new", "Configure chat": false };
  const yes = await adding({ config, name: "work", answers });
  await yes.add();
  expect(yes.written().agents?.list).toMatchObject([
    { id: "main" },
    { id: "work", workspace: path.join(yes.home, "new") },
  ]);
  const reserved = await adding({ answers: { "Agent name": "Main" } });
  await expect(reserved.plan()).rejects.toThrow('"main" is reserved. Choose another name.');
});

it.each(["Agent name", "Workspace directory", "Configure model/auth", "Enter xAI API key", "Configure chat"])(
  "leaves everything as it was after Ctrl+C at %j",
  async (question) => {
    const answers = {
      "Agent name": "work",
      "Configure model/auth": true,
      "Model/auth provider": "xai",
      "Enter xAI API key": "k",
      [question]: ctrlC,
    };
    const visit = await adding({ answers });
    await expect(visit.plan()).rejects.toThrow("Setup cancelled.");
    expect(visit.files()).toEqual(visit.before);
  },
);
