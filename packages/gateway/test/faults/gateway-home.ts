import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import {
  type ScriptedModelServer,
  type ScriptedModelServerOptions,
  startScriptedModelServer,
} from "../../../models/src/testing/scripted-model-server.ts";

export const gatewayToken = "test-token";

/** A home directory with a configured Gateway, and the model server it talks to. */
export interface GatewayHome extends AsyncDisposable {
  readonly dir: string;
  readonly stateDir: string;
  readonly configPath: string;
  readonly workspace: string;
  readonly logFile: string;
  readonly model: ScriptedModelServer;
  /** What a process of this home gets as environment. */
  readonly env: NodeJS.ProcessEnv;
  /** Replaces the configuration by the usual one with these sections laid over it. */
  configure(sections?: Record<string, unknown>): void;
  /** The lines of the log file. */
  log(): string;
}

export async function createGatewayHome(
  sections?: Record<string, unknown>,
  modelOptions?: ScriptedModelServerOptions,
): Promise<GatewayHome> {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-faults-"));
  const model = await startScriptedModelServer(modelOptions);
  const stateDir = path.join(dir, ".openclaw");
  const configPath = path.join(stateDir, "openclaw.json");
  const workspace = path.join(dir, "workspace");
  const logFile = path.join(dir, "gateway.log");
  fs.mkdirSync(path.join(dir, "tmp"), { mode: 0o700 });
  fs.mkdirSync(stateDir, { mode: 0o700 });

  const home: GatewayHome = {
    dir,
    stateDir,
    configPath,
    workspace,
    logFile,
    model,
    env: {
      PATH: process.env.PATH,
      HOME: dir,
      SHELL: "/bin/sh",
      // The lock files of Gateways stand in the system's temporary directory.
      TMPDIR: path.join(dir, "tmp"),
      // Starting from source is slow otherwise.
      NODE_COMPILE_CACHE:
        process.env.NODE_COMPILE_CACHE ??
        fileURLToPath(new URL("../../../../node_modules/.cache/openclaw-faults", import.meta.url)),
    },
    configure(given = {}) {
      const config = {
        gateway: { mode: "local", bind: "loopback", auth: { mode: "token", token: gatewayToken } },
        agents: {
          defaults: { workspace, skipBootstrap: true, maxConcurrent: 4, model: { primary: "fake/fake-1" } },
        },
        models: { providers: { fake: fakeProvider(model.openaiUrl) } },
        // Each message by itself, which is what most of the tests count.
        messages: { queue: { mode: "followup", debounceMs: 0 } },
        ...given,
      };
      fs.writeFileSync(configPath, JSON.stringify(config, null, 2), { mode: 0o600 });
    },
    log: () => (fs.existsSync(logFile) ? fs.readFileSync(logFile, "utf8") : ""),
    async [Symbol.asyncDispose]() {
      await model.close();
      fs.rmSync(dir, { recursive: true, force: true });
    },
  };
  home.configure(sections);
  return home;
}

/** The agents section of {@link GatewayHome.configure} with one conversation at a time. */
export function oneAtATime(home: Pick<GatewayHome, "workspace">): object {
  return {
    defaults: {
      workspace: home.workspace,
      skipBootstrap: true,
      maxConcurrent: 1,
      model: { primary: "fake/fake-1" },
    },
  };
}

/** A provider section for a model server that speaks chat completions. */
export function fakeProvider(baseUrl: string): object {
  return {
    baseUrl,
    apiKey: "k",
    api: "openai-completions",
    models: [
      {
        id: "fake-1",
        name: "Fake",
        reasoning: false,
        input: ["text"],
        cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
        contextWindow: 128_000,
        maxTokens: 8000,
      },
    ],
  };
}
