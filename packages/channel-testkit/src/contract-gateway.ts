import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type ConfigStore, openConfigStore, resolvePaths } from "@openclaw/config";
import { type Gateway, type GatewayOptions, startGateway } from "@openclaw/gateway";
import { createLog, type Log } from "@openclaw/log";
import { type EchoModel, startEchoModel } from "./echo-model.ts";
import type { TestedService } from "./tested-service.ts";

/** A Gateway of the suite: real, in a home of its own, with the channel under test and a model that echoes. */
export interface ContractGateway extends AsyncDisposable {
  readonly model: EchoModel;
  readonly stateDir: string;
  log(): string;
  stop(): Promise<void>;
  start(): Promise<void>;
  /** Goes back to the files as they are now, and starts from them: what a process that was killed now would find. */
  killed(): Promise<{ startAgain(): Promise<void> }>;
}

export async function startContractGateway(
  service: Pick<TestedService, "channel" | "section" | "env">,
  rules: Record<string, unknown> = {},
  more: Record<string, unknown> = {},
  options: { timers?: NonNullable<GatewayOptions["timers"]> } = {},
): Promise<ContractGateway> {
  const home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-channel-")));
  const env: NodeJS.ProcessEnv = { HOME: home, PATH: process.env.PATH, SHELL: "/bin/sh", ...service.env };
  const paths = resolvePaths(env);
  const workspace = path.join(home, "workspace");
  fs.mkdirSync(paths.stateDir, { recursive: true, mode: 0o700 });
  fs.mkdirSync(workspace);
  const model = await startEchoModel();
  const config = {
    ...baseConfig(model.url, workspace),
    ...more,
    channels: { [service.channel.meta.id]: { ...service.section, ...rules } },
  };
  fs.writeFileSync(paths.configPath, JSON.stringify(config, null, 2), { mode: 0o600 });
  // What a plugin declares, so that the configuration knows the channel's section.
  const manifest = { id: service.channel.meta.id, channels: [service.channel.meta.id], source: home, configSchema: {} };
  const logFile = path.join(home, "gateway.log");
  let running: { gateway: Gateway; store: ConfigStore; log: Log } | undefined;

  const start = async () => {
    const log = createLog({ file: logFile, level: "trace", console: false });
    const store = await openConfigStore({
      paths,
      env,
      version: "2026.1.1",
      manifests: [manifest],
      log: log.child("config"),
    });
    const gateway = await startGateway({
      paths,
      configStore: store,
      env,
      log,
      version: "2026.1.1",
      flags: { port: 0 },
      lock: false,
      channels: [service.channel],
      ...options,
    });
    running = { gateway, store, log };
  };
  const stop = async () => {
    const current = running;
    running = undefined;
    if (current === undefined) return;
    await current.gateway.stop();
    await current.store.close();
    await current.log.close();
  };

  await start();
  return {
    model,
    stateDir: paths.stateDir,
    log: () => (fs.existsSync(logFile) ? fs.readFileSync(logFile, "utf8") : ""),
    stop,
    start,
    async killed() {
      const copy = `${paths.stateDir}.killed`;
      // A lock names the process that holds it; this one lives, a killed one would not.
      fs.cpSync(paths.stateDir, copy, { recursive: true, filter: (file) => !file.endsWith(".lock") });
      await stop();
      return {
        async startAgain() {
          fs.rmSync(paths.stateDir, { recursive: true });
          fs.renameSync(copy, paths.stateDir);
          await start();
        },
      };
    },
    async [Symbol.asyncDispose]() {
      await stop();
      await model.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
  };
}

function baseConfig(modelUrl: string, workspace: string): Record<string, unknown> {
  return {
    gateway: { mode: "local", auth: { mode: "token", token: "contract" } },
    agents: {
      defaults: {
        workspace,
        skipBootstrap: true,
        model: { primary: "echo/echo" },
        userTimezone: "UTC",
        maxConcurrent: 4,
      },
    },
    models: {
      providers: {
        echo: {
          baseUrl: modelUrl,
          apiKey: "contract-model",
          api: "openai-completions",
          models: [
            {
              id: "echo",
              name: "Echo",
              reasoning: false,
              input: ["text", "image"],
              cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
              contextWindow: 128_000,
              maxTokens: 8192,
            },
          ],
        },
      },
    },
  };
}
