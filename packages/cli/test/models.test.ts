import { mkdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import path from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type ScriptedModelServer, startScriptedModelServer } from "../../models/src/testing/scripted-model-server.ts";
import { temporaryHome } from "./cli.ts";

const now = Date.parse("2026-02-13T10:00:00Z");
const hour = 3_600_000;
let home: ReturnType<typeof temporaryHome>;

beforeEach(() => {
  home = temporaryHome();
});
afterEach(() => home[Symbol.dispose]());

const storePath = (agent = "main") => path.join(home.home, ".openclaw/agents", agent, "agent/auth-profiles.json");

function profiles(entries: Record<string, unknown>, more: object = {}, agent = "main"): void {
  mkdirSync(path.dirname(storePath(agent)), { recursive: true });
  writeFileSync(storePath(agent), JSON.stringify({ version: 1, profiles: entries, ...more }));
}

const stored = (agent?: string) => JSON.parse(readFileSync(storePath(agent), "utf8"));
const config = () => JSON.parse(readFileSync(home.configPath, "utf8"));
const run = (line: string, options: Parameters<typeof home.run>[1] = {}) =>
  home.run(line.split(" "), { now: () => now, ...options });
const key = (provider: string, value = "k") => ({ type: "api_key", provider, key: value });

describe("models set, aliases and fallbacks", () => {
  test("a model becomes the default, stays selectable, and the note says what that means", async () => {
    home.writeConfig('{\n  // mine\n  "agents": { "defaults": { "model": { "fallbacks": ["openai/gpt-4o"] } } }\n}');
    const { code, stdout } = await run("models set openai/gpt-5.2");
    expect(code).toBe(0);
    expect(stdout.split("\n")).toEqual([
      "Updated ~/.openclaw/openclaw.json",
      "Note: agents.defaults.models now restricts model selection to 1 entries.",
      "Default model: openai/gpt-5.2",
      "",
    ]);
    expect(readFileSync(home.configPath, "utf8")).toContain("// mine");
    const status = await run("models status --json");
    expect(JSON.parse(status.stdout)).toMatchObject({
      resolvedDefault: "openai/gpt-5.2",
      fallbacks: ["openai/gpt-4o"],
      allowed: ["openai/gpt-5.2"],
    });
    const image = await run("models set-image anthropic/claude-opus-4-6");
    expect(image.stdout).toContain("Image model: anthropic/claude-opus-4-6");
    expect(image.stdout).not.toContain("Note:");
  });

  test.each(["/x", "x/"])("%s is no model, and the file is not touched", async (reference) => {
    home.writeConfig("{}");
    const before = statSync(home.configPath).mtimeMs;
    const { code, stderr } = await run(`models set ${reference}`);
    expect(code).toBe(1);
    expect(stderr).toContain(`Invalid model reference: ${reference}`);
    expect(statSync(home.configPath).mtimeMs).toBe(before);
  });

  test("a model nobody knows is taken with a warning", async () => {
    const { code, stderr } = await run("models set openai/gpt-99");
    expect(code).toBe(0);
    expect(stderr).toContain("openai/gpt-99 is not in the catalogue");
  });

  test("aliases are added, listed and removed", async () => {
    expect((await run("models aliases list")).stdout).toBe("No aliases configured.\n");
    expect((await run("models aliases add quick openai/gpt-4o")).stdout).toContain("Alias quick -> openai/gpt-4o\n");
    expect((await run("models aliases list")).stdout).toBe("Aliases (1):\n- quick -> openai/gpt-4o\n");
    expect(JSON.parse((await run("models aliases list --json")).stdout)).toEqual({
      aliases: { quick: "openai/gpt-4o" },
    });
    expect((await run("models aliases add quick openai/gpt-5.2")).stderr).toContain(
      "Alias quick already points to openai/gpt-4o.",
    );
    expect((await run("models aliases add a/b openai/gpt-5.2")).stderr).toContain(
      "Alias must use letters, numbers, dots, underscores, colons, or dashes.",
    );
    expect((await run("models set quick")).stdout).toContain("Default model: openai/gpt-4o");
    expect((await run("models aliases remove quick")).code).toBe(0);
    expect((await run("models aliases remove quick")).stderr).toContain("Alias not found: quick");
    expect(config().agents.defaults.models).toEqual({ "openai/gpt-4o": {} });
  });

  test("fallbacks are kept in order; adding one twice changes nothing", async () => {
    expect((await run("models fallbacks list")).stdout).toBe("Fallbacks (0):\n- none\n");
    await run("models fallbacks add openai/gpt-5.2");
    expect((await run("models fallbacks add openai/gpt-4o")).stdout).toContain(
      "Fallbacks: openai/gpt-5.2, openai/gpt-4o\n",
    );
    const again = await run("models fallbacks add openai/gpt-4o");
    expect(again).toMatchObject({ code: 0, stdout: "Fallbacks: openai/gpt-5.2, openai/gpt-4o\n" });
    expect(JSON.parse((await run("models fallbacks list --json")).stdout)).toEqual({
      fallbacks: ["openai/gpt-5.2", "openai/gpt-4o"],
    });
    expect((await run("models fallbacks remove zai/glm")).stderr).toContain("Fallback not found: zai/glm");
    expect((await run("models fallbacks remove openai/gpt-5.2")).stdout).toContain("Fallbacks: openai/gpt-4o\n");
    expect((await run("models fallbacks clear")).stdout).toContain("Fallback list cleared.\n");
    expect((await run("models image-fallbacks remove openai/gpt-4o")).stderr).toContain(
      "Image fallback not found: openai/gpt-4o",
    );
    expect((await run("models image-fallbacks clear")).stdout).toContain("Image fallback list cleared.\n");
    expect((await run("models fallbacks list --json --plain")).stderr).toContain(
      "Choose either --json or --plain, not both.",
    );
  });
});

describe("models list", () => {
  test("shows what the configuration speaks of, and what for", async () => {
    home.writeConfig(
      JSON.stringify({
        models: {
          providers: {
            here: {
              baseUrl: "http://127.0.0.1:9/v1",
              api: "openai-completions",
              models: [{ id: "m", name: "M", contextWindow: 32_768 }],
            },
          },
        },
        agents: {
          defaults: {
            model: { primary: "anthropic/claude-opus-4-6", fallbacks: ["openai/gpt-5.2"] },
            imageModel: { primary: "openai/gpt-4o" },
            models: { "anthropic/claude-opus-4-6": { alias: "best" }, "here/m": {}, "openai/gone": {} },
          },
        },
      }),
    );
    profiles({ "openai:default": key("openai") });
    const { stdout } = await run("models list --json");
    const { count, models } = JSON.parse(stdout);
    expect(count).toBe(5);
    const by = (name: string) => models.find((row: { key: string }) => row.key === name);
    expect(by("anthropic/claude-opus-4-6")).toEqual({
      key: "anthropic/claude-opus-4-6",
      name: "Claude Opus 4.6",
      input: "text+image",
      contextWindow: 200_000,
      local: false,
      available: false,
      tags: ["default", "configured", "alias:best"],
      missing: false,
    });
    expect(by("openai/gpt-5.2")).toMatchObject({ available: true, tags: ["fallback#1", "configured"] });
    expect(by("openai/gpt-4o").tags).toEqual(["image", "configured"]);
    expect(by("here/m")).toMatchObject({ local: true, input: "text", contextWindow: 32_768, available: true });
    expect(by("openai/gone")).toMatchObject({ missing: true, input: "-", available: null });
    expect((await run("models list --local --plain")).stdout).toBe("here/m\n");
    expect((await run("models list")).stdout).toMatch(/^Model {38}Input {6}Ctx {6}Local Auth {2}Tags\n/);
    expect((await run("models list --all --provider openai --plain")).stdout).toContain("openai/gpt-5-mini\n");
  });

  test("an empty result is one document in JSON and a sentence otherwise", async () => {
    expect(JSON.parse((await run("models list --provider nobody --json")).stdout)).toEqual({ count: 0, models: [] });
    expect((await run("models list --provider nobody")).stdout).toBe("No models found.\n");
  });
});

describe("models status", () => {
  test.each([
    ["expired", now - 1, 1],
    ["expiring", now + 2 * hour, 2],
    ["ok", now + 48 * hour, 0],
  ])(
    "--check tells of a token that is %s by its exit code, and --json says the same",
    async (status, expires, exit) => {
      home.writeConfig(JSON.stringify({ agents: { defaults: { model: { primary: "anthropic/claude-opus-4-6" } } } }));
      profiles({
        "anthropic:manual": { type: "token", provider: "anthropic", token: `sk-ant-oat01-${"x".repeat(80)}`, expires },
      });
      const { code, stdout } = await run("models status --check --json");
      expect(code).toBe(exit);
      expect(JSON.parse(stdout).auth.oauth.profiles).toMatchObject([
        { profileId: "anthropic:manual", type: "token", status },
      ]);
    },
  );

  test("a sign-in that can be renewed counts as good, a provider without a credential as missing", async () => {
    home.writeConfig(JSON.stringify({ agents: { defaults: { model: { primary: "openai-codex/gpt-5.3-codex" } } } }));
    profiles({
      "openai-codex:me": { type: "oauth", provider: "openai-codex", access: "a", refresh: "r", expires: now - 1 },
    });
    const good = await run("models status --json");
    expect(JSON.parse(good.stdout).auth.oauth.profiles).toMatchObject([{ status: "ok" }]);
    home.writeConfig(JSON.stringify({ agents: { defaults: { model: { primary: "anthropic/claude-opus-4-6" } } } }));
    profiles({});
    const missing = await run("models status --check");
    expect(missing.code).toBe(1);
    expect(missing.stdout).toContain("Missing auth\n- anthropic: run `claude setup-token`");
    expect(missing.stdout).toContain("openclaw models auth setup-token");
  });

  test("text and JSON name every source, and no secret is whole", async () => {
    home.writeConfig(
      JSON.stringify({
        models: {
          providers: {
            groq: {
              baseUrl: "https://api.groq.com/openai/v1",
              api: "openai-completions",
              apiKey: "gsk-configured-secret-0123456789",
              models: [{ id: "m", name: "M" }],
            },
          },
        },
        agents: { defaults: { model: { primary: "openai/gpt-5.2", fallbacks: ["groq/m"] } } },
      }),
    );
    profiles(
      { "openai:default": key("openai", "sk-proj-stored-secret-0123456789"), "openai:b": key("openai", "short1") },
      { usageStats: { "openai:b": { disabledUntil: now + 5 * hour, disabledReason: "billing", lastFailureAt: now } } },
    );
    const env = { OPENROUTER_API_KEY: "sk-or-environment-secret-0123" };
    const { stdout } = await run("models status", { env });
    expect(stdout).toContain("Auth overview");
    expect(stdout).toContain("Auth store     : ~/.openclaw/agents/main/agent/auth-profiles.json");
    expect(stdout).toContain("Shell env      : off");
    expect(stdout).toContain(
      "- groq effective=models.json:config | models.json=gsk-conf...23456789 | source=models.providers.groq.apiKey | endpoint=https://api.groq.com/openai/v1 api=openai-completions",
    );
    expect(stdout).toContain(
      "- openai effective=profiles:openai:default | profiles=2 (oauth=0, token=0, api_key=2) | openai:default=sk-proj-...23456789, openai:b=s...1",
    );
    expect(stdout).toContain(
      "- openrouter effective=env:OPENROUTER_API_KEY | env=sk-or-en...ret-0123 | source=env: OPENROUTER_API_KEY",
    );
    expect(stdout).toContain("OAuth/token status\n- none");
    const json = await run("models status --json", { env });
    expect(JSON.parse(json.stdout).auth.unusableProfiles).toEqual([
      {
        profileId: "openai:b",
        provider: "openai",
        kind: "disabled",
        reason: "billing",
        until: now + 5 * hour,
        remainingMs: 5 * hour,
      },
    ]);
    for (const secret of ["stored-secret", "short1", "environment-secret", "configured-secret"]) {
      expect(stdout + json.stdout).not.toContain(secret);
    }
    expect((await run("models status --plain")).stdout).toBe("openai/gpt-5.2\n");
    expect((await run("models --status-plain")).stdout).toBe("openai/gpt-5.2\n");
  });

  test("an agent has its own model and its own file; one that is not configured is refused", async () => {
    home.writeConfig(
      JSON.stringify({
        agents: {
          defaults: { model: { primary: "openai/gpt-5.2" } },
          list: [{ id: "main" }, { id: "work", model: { primary: "anthropic/claude-opus-4-6", fallbacks: [] } }],
        },
      }),
    );
    const { stdout } = await run("models status --agent work --json");
    expect(JSON.parse(stdout)).toMatchObject({
      agentId: "work",
      resolvedDefault: "anthropic/claude-opus-4-6",
      modelConfig: { defaultSource: "agent", fallbacksSource: "agent" },
      auth: { storePath: storePath("work") },
    });
    expect((await run("models status --agent nobody")).stderr).toContain(
      'Unknown agent id "nobody". Use "openclaw agents list" to see configured agents.',
    );
  });

  test("a file of profiles that is broken is named, and the rest is told", async () => {
    mkdirSync(path.dirname(storePath()), { recursive: true });
    writeFileSync(storePath(), "{ half");
    const { code, stdout } = await run("models status");
    expect(code).toBe(0);
    expect(stdout).toContain("auth-profiles.json is not a JSON object");
    expect(readFileSync(storePath(), "utf8")).toBe("{ half");
  });

  describe("--probe", () => {
    let server: ScriptedModelServer;
    beforeEach(async () => {
      server = await startScriptedModelServer();
    });
    afterEach(() => server.close());

    test("asks every profile, says what came of it, and leaves no mark", async () => {
      home.writeConfig(
        JSON.stringify({
          models: {
            providers: {
              one: { baseUrl: server.openaiUrl, api: "openai-completions", models: [{ id: "m", name: "M" }] },
              two: { baseUrl: server.openaiUrl, api: "openai-completions", apiKey: "k2", models: [] },
            },
          },
          agents: { defaults: { model: { primary: "one/m" } } },
        }),
      );
      const before = {
        "one:good": key("one", "good"),
        "one:bad": key("one", "bad"),
        "one:old": { type: "token", provider: "one", token: "t", expires: now - 1 },
      };
      profiles(before);
      server.enqueue({ words: ["OK"] }, { status: 401, message: "Incorrect API key provided" });
      const { code, stdout } = await run("models status --probe --json --probe-provider one --probe-concurrency 1");
      expect(code).toBe(0);
      const { probes } = JSON.parse(stdout).auth;
      expect(probes.results).toMatchObject([
        { profileId: "one:good", model: "one/m", status: "ok" },
        { profileId: "one:bad", status: "auth", error: "Incorrect API key provided" },
        { profileId: "one:old", status: "unknown", error: "Auth profile credentials are missing or expired." },
      ]);
      expect(stored()).toEqual({ version: 1, profiles: before });
      expect(server.requests).toHaveLength(2);
      expect(server.requests[0]?.body).toMatchObject({ max_completion_tokens: 8 });
      const text = await run("models status --probe --probe-profile one:good --probe-profile one:bad");
      expect(text.stdout).toContain("Auth probes");
      expect(text.stdout).toContain("2 of 2 answered");
    });

    test.each([
      ["--probe-timeout 0", "--probe-timeout must be a positive number (ms)."],
      ["--probe-concurrency 0", "--probe-concurrency must be > 0."],
      ["--probe-max-tokens -1", "--probe-max-tokens must be > 0."],
      ["--plain", "--probe cannot be used with --plain output."],
    ])("refuses %s", async (flag, text) => {
      const { code, stderr } = await run(`models status --probe ${flag}`);
      expect(code).toBe(1);
      expect(stderr).toContain(text);
    });
  });
});

describe("models auth", () => {
  test("a token is read from a pipe and kept with its end; nothing is an error", async () => {
    const { code, stdout } = await run("models auth paste-token --provider anthropic --expires-in 12h", {
      stdin: "sk-ant-oat01-piped\n",
    });
    expect(code).toBe(0);
    expect(stdout).toContain("Auth profile: anthropic:manual (anthropic/token)");
    expect(stored().profiles).toEqual({
      "anthropic:manual": {
        type: "token",
        provider: "anthropic",
        token: "sk-ant-oat01-piped",
        expires: now + 12 * hour,
      },
    });
    expect(statSync(storePath()).mode & 0o777).toBe(0o600);
    expect(config().auth.profiles).toEqual({ "anthropic:manual": { provider: "anthropic", mode: "token" } });
    const empty = await run("models auth paste-token --provider zai", { stdin: "" });
    expect(empty).toMatchObject({ code: 1, stdout: "" });
    expect((await run("models auth paste-token", { stdin: "x" })).stderr).toContain("Missing --provider.");
    expect((await run("models auth paste-token --provider x --expires-in soon", { stdin: "x" })).stderr).toContain(
      '"soon" is no duration',
    );
  });

  test("a new profile goes first in an order that is there", async () => {
    home.writeConfig(JSON.stringify({ auth: { order: { openai: ["openai:a"] } } }));
    await run("models auth paste-token --provider openai --profile-id openai:b", { stdin: "t" });
    expect(config().auth.order).toEqual({ openai: ["openai:b", "openai:a"] });
  });

  test("the order of an agent is set, shown and cleared", async () => {
    profiles({ "openai:a": key("openai"), "openai:b": key("openai"), "zai:a": key("zai") });
    const set = await home.run("models auth order set --provider openai openai:b openai:a".split(" "));
    expect(set.stdout).toBe("Agent: main\nProvider: openai\nOrder override: openai:b, openai:a\n");
    expect(JSON.parse((await run("models auth order get --provider openai --json")).stdout)).toEqual({
      agentId: "main",
      agentDir: path.dirname(storePath()),
      provider: "openai",
      authStorePath: storePath(),
      order: ["openai:b", "openai:a"],
    });
    expect((await run("models auth order set --provider openai zai:a")).stderr).toContain(
      'Auth profile "zai:a" is for zai, not openai.',
    );
    expect((await run("models auth order set --provider openai gone")).stderr).toContain(
      'Auth profile "gone" not found in ~/.openclaw/agents/main/agent.',
    );
    expect((await run("models auth order set --provider openai")).stderr).toContain(
      "Missing profile ids. Provide one or more profile ids.",
    );
    expect((await run("models auth order clear --provider openai")).stdout).toContain(
      "Cleared per-agent order override.",
    );
    expect(stored()).not.toHaveProperty("order");
    expect((await run("models auth order get --provider openai")).stdout).toContain("Order override: (none)");
  });

  test("a setup-token is asked for on a terminal, checked and kept", async () => {
    const token = `sk-ant-oat01-${"a".repeat(80)}`;
    const { code, stdout, stderr } = await run("models auth setup-token --yes", { answer: `nonsense\n${token}\n` });
    expect(stderr).toContain("Expected token starting with sk-ant-oat01-");
    expect(code).toBe(0);
    expect(stdout).toContain("Auth profile: anthropic:manual (anthropic/token)");
    expect(stored().profiles["anthropic:manual"]).toEqual({ type: "token", provider: "anthropic", token });
    expect((await run("models auth setup-token --provider openai")).stderr).toContain(
      "Only --provider anthropic is supported for setup-token.",
    );
    expect((await run("models auth setup-token")).stderr).toContain("setup-token requires an interactive TTY.");
  });

  test("a sign-in runs the provider's flow and says how to use its model", async () => {
    expect((await run("models auth login --provider github-copilot")).stderr).toContain(
      "models auth login requires an interactive TTY.",
    );
    expect((await run("models auth login --provider nobody", { answer: "x" })).stderr).toContain(
      "Unknown provider. Use --provider <id> to pick a provider plugin.",
    );
    expect((await run("models auth login --provider anthropic --method x", { answer: "x" })).stderr).toContain(
      "Unknown auth method. Use --method <id> to select one.",
    );
    const token = `sk-ant-oat01-${"a".repeat(80)}`;
    const { stdout } = await run("models auth login --provider anthropic", { answer: `${token}\n` });
    expect(stdout).toContain("Auth profile: anthropic:manual (anthropic/token)");
    expect(stdout).toContain("Default model available: anthropic/claude-opus-4-6 (use --set-default to apply)");
  });

  test("the wizard asks step by step", async () => {
    const { code } = await run("models auth", { answer: "2\nopenrouter\nopenrouter:mine\nthe-token\n30d\n" });
    expect(code).toBe(0);
    expect(stored().profiles["openrouter:mine"]).toMatchObject({ token: "the-token", expires: now + 30 * 24 * hour });
    const cut = await run("models auth add", { answer: "1\n" });
    expect(cut).toMatchObject({ code: 1, stderr: expect.stringContaining("nothing was changed") });
  });
});

describe("models scan", () => {
  const list = {
    data: [
      { id: "a/llama-70b:free", name: "A 70B", context_length: 100, created: now / 1000 - 86_400, pricing: {} },
      { id: "b/small-7b", name: "B", context_length: 50, created: 1, pricing: { prompt: "0", completion: "0" } },
      { id: "c/paid", name: "C", pricing: { prompt: "0.1", completion: "0" } },
      {
        id: "d/sees:free",
        name: "D 30b",
        context_length: 10,
        created: now / 1000,
        pricing: {},
        architecture: { input_modalities: ["text", "image"] },
      },
    ],
  };

  /** OpenRouter, which calls the tool it is offered unless the model is small. */
  const openRouter: typeof fetch = async (input, init) => {
    if (String(input).endsWith("/models")) return Response.json(list);
    const body = JSON.parse(String(init?.body));
    const calls = [{ id: "1", type: "function", function: { name: "ping", arguments: "{}" } }];
    const message = body.tools
      ? body.model === "b/small-7b"
        ? { content: "no" }
        : { tool_calls: calls }
      : { content: "OK" };
    return Response.json({ choices: [{ message: { role: "assistant", ...message }, finish_reason: "stop" }] });
  };
  const env = { OPENROUTER_API_KEY: "k" };

  test("needs a key unless it only lists", async () => {
    expect(await run("models scan", { fetch: openRouter })).toMatchObject({
      code: 1,
      stderr: expect.stringContaining("Missing OpenRouter API key. Set OPENROUTER_API_KEY to run models scan."),
    });
    const { stdout } = await run("models scan --no-probe", { fetch: openRouter });
    expect(stdout.split("\n").filter(Boolean)).toEqual([
      "openrouter/a/llama-70b:free (0k, 70b, text)",
      "openrouter/b/small-7b (0k, 7b, text)",
      "openrouter/d/sees:free (0k, 30b, text+image)",
    ]);
    const filtered = await run("models scan --no-probe --min-params 20 --max-age-days 0", { fetch: openRouter });
    expect(filtered.stdout).toBe("openrouter/d/sees:free (0k, 30b, text+image)\n");
  });

  test("writes the models that can use tools, those that see first", async () => {
    expect((await run("models scan", { fetch: openRouter, env })).stderr).toContain(
      "Non-interactive scan: pass --yes to apply defaults.",
    );
    const { stdout } = await run("models scan --yes --set-default --set-image", { fetch: openRouter, env });
    expect(stdout).toContain("Scan results: tested 3, tool ok 2, image ok 1, tool+image ok 1, image only 0\n");
    expect(stdout).toContain("Fallbacks: openrouter/d/sees:free, openrouter/a/llama-70b:free\n");
    expect(stdout).toContain("Default model: openrouter/d/sees:free\n");
    expect(config().agents.defaults).toMatchObject({
      model: {
        primary: "openrouter/d/sees:free",
        fallbacks: ["openrouter/d/sees:free", "openrouter/a/llama-70b:free"],
      },
      imageModel: { primary: "openrouter/d/sees:free", fallbacks: ["openrouter/d/sees:free"] },
    });
    const chosen = await run("models scan", { fetch: openRouter, env, answer: "2\n1\n" });
    expect(chosen.stdout).toContain("Fallbacks: openrouter/a/llama-70b:free\n");
    const json = await run("models scan --yes --json", { fetch: openRouter, env });
    expect(JSON.parse(json.stdout)).toMatchObject({ selected: expect.any(Array), results: expect.any(Array) });
  });

  test.each([
    ["--concurrency 0", "--concurrency must be > 0"],
    ["--timeout 0", "--timeout must be > 0"],
    ["--max-candidates 0", "--max-candidates must be > 0"],
    ["--min-params x", "--min-params must be >= 0"],
    ["--max-age-days -1", "--max-age-days must be >= 0"],
  ])("refuses %s", async (flag, text) => {
    expect((await run(`models scan ${flag}`)).stderr).toContain(text);
  });
});
