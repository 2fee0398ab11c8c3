import { mkdtempSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { LanguageModelV4 } from "@ai-sdk/provider";
import { ModelError, type ModelInfo, type Models } from "@openclaw/models";
import { openSessions, type Sessions } from "@openclaw/sessions";
import { type AgentRuntime, type AgentRuntimeOptions, createAgentRuntime } from "../create-agent-runtime.ts";
import type { EmittedRunEvent } from "../run/run-events.ts";
import type { RunHandle, RunRequest, RunResult } from "../run/run-request.ts";
import type { RuntimeConfig } from "../run/runtime-config.ts";

export interface TestRuntime {
  dir: string;
  workspace: string;
  runtime: AgentRuntime;
  sessions: Sessions;
  config: RuntimeConfig;
  /** Starts a run of the main session, or another, with generated ids. */
  start(text: string, more?: Partial<RunRequest>): RunHandle & { events: EmittedRunEvent[] };
  turn(text: string, more?: Partial<RunRequest>): Promise<RunResult & { events: EmittedRunEvent[] }>;
  /** A second runtime over the same state, as after a restart. */
  restart(model: LanguageModelV4): TestRuntime;
  close(): Promise<void>;
}

export interface TestRuntimeOptions extends Partial<Omit<AgentRuntimeOptions, "config">> {
  config?: RuntimeConfig;
  info?: Partial<ModelInfo>;
  reasoningTags?: boolean;
  dir?: string;
}

export const mainKey = "agent:main:main";

/** A runtime over a temporary directory whose default model is the given one. */
export function createTestRuntime(model: LanguageModelV4, options: TestRuntimeOptions = {}): TestRuntime {
  const dir = options.dir ?? realpathSync(mkdtempSync(join(tmpdir(), "openclaw-runtime-")));
  const config: RuntimeConfig = options.config ?? {
    agents: { defaults: { workspace: join(dir, "workspace"), skipBootstrap: true } },
  };
  const sessions = openSessions({ stateDir: dir, config: () => ({}) });
  const runtime = createAgentRuntime({
    env: { HOME: dir, OPENCLAW_STATE_DIR: dir, PATH: process.env.PATH, SHELL: "/bin/sh" },
    hostInfo: { host: "test", os: "TestOS 1 (x64)", node: "v24", shell: "sh" },
    ...options,
    config: () => config,
    models: options.models ?? fakeModels(model, options),
    sessions,
  });
  let runs = 0;
  const test: TestRuntime = {
    dir,
    workspace: join(dir, "workspace"),
    runtime,
    sessions,
    config,
    start(text, more = {}) {
      const events: EmittedRunEvent[] = [];
      runs += 1;
      const handle = runtime.start({
        runId: `run-${runs}`,
        sessionKey: mainKey,
        agentId: "main",
        prompt: { text },
        ...more,
        onEvent: (event) => {
          events.push(event);
          more.onEvent?.(event);
        },
      });
      return Object.assign(Object.create(handle), {
        events,
        done: handle.done,
        runId: handle.runId,
        recorded: handle.recorded,
      });
    },
    async turn(text, more) {
      const handle = test.start(text, more);
      return { ...(await handle.done), events: handle.events };
    },
    restart: (next) => createTestRuntime(next, { ...options, dir, config }),
    async close() {
      await runtime.stop({ drainMs: 0 });
      await sessions.close();
      rmSync(dir, { recursive: true, force: true });
    },
  };
  return test;
}

function fakeModels(model: LanguageModelV4, options: TestRuntimeOptions): Models {
  const ref = { provider: model.provider, model: model.modelId };
  const info: ModelInfo = {
    id: model.modelId,
    name: model.modelId,
    provider: model.provider,
    api: "openai-completions",
    contextWindow: 200_000,
    maxTokens: 8000,
    reasoning: false,
    input: ["text", "image"],
    cost: { input: 1, output: 1, cacheRead: 0, cacheWrite: 0 },
    available: true,
    ...options.info,
  };
  return {
    defaultRef: async () => ref,
    async resolve(wanted) {
      if (wanted.provider !== ref.provider) {
        throw new ModelError("unknown-model", `Unknown model: ${wanted.provider}/${wanted.model}.`);
      }
      return {
        ref,
        info,
        languageModel: model,
        reasoningTags: options.reasoningTags ?? false,
        keySource: "none",
        authMode: "none",
        providerOptions: (thinking) => ({ openclaw: { thinking } }),
      };
    },
    list: async () => [info],
    canonical: () => ref,
    imageModels: () => [],
    providerAuth: () => undefined,
    candidates: (requested) => [requested],
    aliases: () => [{ alias: "fast", ref }],
    isAllowed: () => true,
  };
}
