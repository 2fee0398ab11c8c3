import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { expect, test } from "vitest";
import { configFor, kindsEnv, kindsUnderTest } from "./testing/api-kinds.ts";

const run = promisify(execFile);
const packageDir = fileURLToPath(new URL("..", import.meta.url));

/** What belongs to some kinds only: their adapters and the libraries under them. */
const watched = [
  "adapters/openai-completions",
  "adapters/openai-responses",
  "adapters/codex-responses",
  "adapters/anthropic-messages",
  "adapters/google-generative-ai",
  "adapters/google-gemini-cli",
  "adapters/google-vertex",
  "adapters/bedrock-converse",
  "adapters/github-copilot",
  "adapters/plugin-model",
  "discovery/bedrock",
  "google/application-default",
  "published-models.json",
  "node_modules/@ai-sdk/anthropic/",
  "node_modules/eventsource-parser/",
  "node_modules/aws4/",
  "node_modules/zod/",
  "node_modules/pino/",
];

/** Runs a piece of a program in a fresh process and returns which of the watched modules it had loaded at each `mark`. */
async function loadedModules(config: object, body: string): Promise<Record<string, string[]>> {
  const script = `
    import { registerHooks } from "node:module";
    const loaded = new Set();
    const marks = {};
    registerHooks({
      load(url, context, next) {
        for (const name of ${JSON.stringify(watched)}) if (url.includes("/" + name)) loaded.add(name);
        return next(url, context);
      },
    });
    const mark = (name) => { marks[name] = [...loaded].sort(); };
    const { createModels } = await import("./src/index.ts");
    mark("import");
    const quiet = () => {};
    const log = { fatal: quiet, error: quiet, warn: quiet, info: quiet, debug: quiet, trace: quiet, child: () => log, isEnabled: () => false };
    const config = ${JSON.stringify(config)};
    const models = createModels({ config: () => config, env: ${JSON.stringify(kindsEnv)}, log });
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

const nowhere = { url: "http://127.0.0.1:9", openaiUrl: "http://127.0.0.1:9/v1" };

test("importing the package, asking for the default and the offline assistant load no provider", async () => {
  const config = { agents: { defaults: { model: "offline/assistant" } } };
  const marks = await loadedModules(
    config,
    `await models.resolve(await models.defaultRef());
     mark("offline");`,
  );
  expect(marks.import).toEqual([]);
  expect(marks.offline).toEqual([]);
});

const sse = "node_modules/eventsource-parser/";
const libraries: Readonly<Record<string, readonly string[]>> = {
  "openai-completions": ["adapters/openai-completions", sse],
  ollama: ["adapters/openai-completions", sse],
  "openai-responses": ["adapters/openai-responses", sse],
  "openai-codex-responses": ["adapters/codex-responses", sse],
  "google-generative-ai": ["adapters/google-generative-ai", sse],
  "google-gemini-cli": ["adapters/google-gemini-cli", sse],
  "google-vertex": ["adapters/google-vertex", "google/application-default", sse],
  "bedrock-converse-stream": ["adapters/bedrock-converse", sse, "node_modules/aws4/"],
  "github-copilot": ["adapters/github-copilot", "adapters/openai-completions", sse],
};

test.each(Object.entries(libraries))("a model of %s loads what it needs and no other provider", async (name, needs) => {
  const kind = kindsUnderTest.find(({ kind }) => kind === name)!;
  const ref = JSON.stringify({ provider: kind.provider, model: kind.model });
  const marks = await loadedModules(configFor(kind, nowhere), `await models.resolve(${ref}); mark("resolved");`);
  expect(marks.resolved).toEqual([...needs].sort());
});

test("Anthropic's library comes with Anthropic's models alone", async () => {
  const kind = kindsUnderTest.find(({ kind }) => kind === "anthropic-messages")!;
  const ref = JSON.stringify({ provider: kind.provider, model: kind.model });
  const marks = await loadedModules(configFor(kind, nowhere), `await models.resolve(${ref}); mark("resolved");`);
  const ofOthers = watched.filter((name) => name.startsWith("adapters/") && name !== "adapters/anthropic-messages");
  expect(marks.resolved).toContain("node_modules/@ai-sdk/anthropic/");
  expect(marks.resolved?.filter((name) => ofOthers.includes(name))).toEqual([]);
});
