import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { afterEach, beforeEach, expect, test } from "vitest";
import type { ScriptedModelServer } from "./testing/scripted-model-server.ts";
import { startScriptedModelServer } from "./testing/scripted-model-server.ts";

const run = promisify(execFile);
const packageDir = fileURLToPath(new URL("..", import.meta.url));

let server: ScriptedModelServer;

beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

/** Runs a piece of a program in a fresh process and returns which libraries it had loaded at each `mark`. */
async function loadedLibraries(body: string): Promise<Record<string, string[]>> {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = new Set();
    const marks = {};
    registerHooks({
      load(url, context, next) {
        for (const name of ["@ai-sdk/anthropic", "eventsource-parser", "zod", "pino"]) {
          if (url.includes("/node_modules/" + name + "/")) loaded.add(name);
        }
        return next(url, context);
      },
    });
    const mark = (name) => { marks[name] = [...loaded].sort(); };
    const { createModels } = await import("./src/index.ts");
    mark("import");
    const quiet = () => {};
    const log = { fatal: quiet, error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet, child: () => log, isEnabled: () => false };
    const config = { models: { providers: {
      a: { baseUrl: ${JSON.stringify(server.openaiUrl)}, api: "openai-completions", models: [{ id: "m" }] },
      b: { baseUrl: ${JSON.stringify(server.url)}, api: "anthropic-messages", models: [{ id: "m" }] },
    } } };
    const models = createModels({ config: () => config, env: {}, log });
    ${body}
    console.log(JSON.stringify(marks));
  `;
  const { stdout } = await run(
    process.execPath,
    ["--conditions=@openclaw/source", "--input-type=module", "-e", script],
    { cwd: packageDir },
  );
  return JSON.parse(stdout);
}

test("a library is loaded at the first use of a model that needs it, and no other", async () => {
  const marks = await loadedLibraries(`
    await models.list();
    await models.resolve({ provider: "offline", model: "assistant" });
    mark("offline");
    await models.resolve({ provider: "a", model: "m" });
    mark("openai");
    await models.resolve({ provider: "b", model: "m" });
    mark("anthropic");
  `);
  expect(marks.import).toEqual([]);
  expect(marks.offline).toEqual([]);
  expect(marks.openai).toContain("eventsource-parser");
  expect(marks.openai).not.toContain("@ai-sdk/anthropic");
  expect(marks.anthropic).toContain("@ai-sdk/anthropic");
});
