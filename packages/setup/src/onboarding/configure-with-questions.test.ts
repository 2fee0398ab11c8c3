import { existsSync, writeFileSync } from "node:fs";
import path from "node:path";
import { expect, it } from "vitest";
import { ctrlC, type SetupVisitOptions, setupVisit } from "../testing/setup-visit.ts";
import { type ConfigureSection, configureWithQuestions, readSections, type SetupHost } from "./index.ts";

const config = { gateway: { mode: "local", port: 19000, auth: { mode: "token", token: "old" } } };

async function configure(sections: readonly ConfigureSection[] | undefined, given: SetupVisitOptions = {}) {
  const visit = await setupVisit({ config, ...given });
  await configureWithQuestions(sections, visit.prompter, visit.world);
  return visit;
}

it.each<[ConfigureSection, SetupVisitOptions["answers"], object]>([
  ["workspace", { "Workspace directory": "/srv/desk" }, { agents: { defaults: { workspace: "/srv/desk" } } }],
  [
    "model",
    { "Model/auth provider": "xai", "Enter xAI API key": "k", "Models that may be chosen": ["xai/grok-4"] },
    { agents: { defaults: { model: { primary: "xai/grok-4" }, models: { "xai/grok-4": {} } } } },
  ],
  [
    "web",
    { "Enable web_search": true, "Brave Search API key": "b", "Enable web_fetch": false },
    { tools: { web: { search: { enabled: true, apiKey: "b" }, fetch: { enabled: false } } } },
  ],
  ["gateway", { "Gateway port": "19001", "Gateway token": "" }, { gateway: { port: 19001, auth: { token: "old" } } }],
  ["channels", {}, { wizard: { lastRunCommand: "configure" } }],
  ["skills", { "Preferred node manager": "pnpm" }, { skills: { install: { nodeManager: "pnpm" } } }],
])("changes the section %s alone", async (section, answers, wanted) => {
  const visit = await configure([section], { answers });
  expect(visit.written()).toMatchObject({ ...wanted, wizard: { lastRunCommand: "configure", lastRunMode: "local" } });
  const { wizard: _, meta: __, ...rest } = visit.written();
  const touched = new Set([...Object.keys(wanted), "gateway", ...(section === "model" ? ["auth", "models"] : [])]);
  expect(Object.keys(rest).filter((key) => !touched.has(key))).toEqual([]);
  expect(visit.written().gateway?.auth?.token).toBe("old");
  expect(visit.notes.at(-1)).toBe("Configure complete.");
  expect(visit.note("Control UI")).toContain("Web UI: http://127.0.0.1:18789/");
});

const installed: Partial<SetupHost> = { service: async () => ({ unavailable: undefined, installed: true }) };

it.each([
  ["restart", ["service restarted"]],
  ["reinstall", ["service installed (node, anew)"]],
  ["uninstall", ["service uninstalled"]],
  ["skip", []],
])("does %s with the service in the section daemon, and writes nothing for it", async (answer, done) => {
  const answers = { "Gateway service already installed": answer };
  const visit = await configure(["daemon"], { host: installed, answers });
  expect(visit.done).toEqual(done);
  expect(visit.written()).toEqual(config);
});

it("asks for the health in its section", async () => {
  const visit = await configure(["health"], { host: { probe: async () => ({ ok: true }) } });
  expect(visit.lines).toEqual(["Gateway: healthy"]);
  expect(visit.written()).toEqual(config);
});

it("goes through named sections in its own order and saves them together; what acts comes last", async () => {
  const answers = { "Gateway token": "", "Gateway service already installed": "restart" };
  const visit = await configure(["daemon", "gateway", "workspace"], { host: installed, answers });
  const order = ["Workspace directory", "Gateway port", "Gateway service already installed"];
  expect(visit.messages().filter((message) => order.includes(message))).toEqual(order);
  expect(visit.lines.filter((line) => line.startsWith("Updated "))).toHaveLength(1);
});

it("saves each section when it ends, where they are chosen one by one", async () => {
  const answers = {
    "Select sections": { inTurn: ["web", "workspace"] },
    "Workspace directory": ctrlC,
    "Enable web_search": false,
  } as const;
  const visit = await setupVisit({ config, answers });
  await expect(configureWithQuestions(undefined, visit.prompter, visit.world)).rejects.toThrow("Setup cancelled.");
  expect(visit.question("Select sections")?.options).toEqual([
    "workspace",
    "model",
    "web",
    "gateway",
    "daemon",
    "channels",
    "skills",
    "health",
    "__continue",
  ]);
  expect(visit.written().tools?.web?.search?.enabled).toBe(false);
  expect(visit.written().agents).toBeUndefined();
});

it("says when nothing was chosen, and when only the mode was set", async () => {
  const answers = { "Select sections": "__continue" };
  expect((await configure(undefined, { answers })).notes.at(-1)).toBe("No changes selected.");
  const fresh = await configure(undefined, { answers, config: { gateway: { port: 19000 } } });
  expect(fresh.notes.at(-1)).toBe("Gateway mode set to local.");
  expect(fresh.written().gateway).toEqual({ port: 19000, mode: "local" });
});

it("points at a Gateway elsewhere", async () => {
  const answers = { "Where will": "remote", "Gateway WebSocket URL": "ws://h:1", "Gateway auth": "off" };
  const visit = await configure(undefined, { answers });
  expect(visit.written().gateway).toEqual({ ...config.gateway, mode: "remote", remote: { url: "ws://h:1" } });
  expect(visit.notes.at(-1)).toBe("Remote gateway configured.");
});

it("leaves an invalid configuration to the doctor, and a home that cannot be written to alone", async () => {
  const invalid = { gateway: { port: "x" } };
  await expect(configure(["web"], { config: invalid })).rejects.toThrow("then re-run configure.");
  const visit = await setupVisit();
  writeFileSync(path.join(visit.home, "file"), "");
  const paths = { ...visit.world.paths, configPath: path.join(visit.home, "file", "openclaw.json") };
  await expect(configureWithQuestions(undefined, visit.prompter, { ...visit.world, paths })).rejects.toThrow(
    "is not a folder",
  );
  expect(existsSync(paths.configPath)).toBe(false);
});

it("knows its sections by name", () => {
  expect(readSections("web,model")).toEqual(["web", "model"]);
  expect(() => readSections("nope")).toThrow(
    "Invalid --section: nope. Expected one of: workspace, model, web, gateway,",
  );
});
