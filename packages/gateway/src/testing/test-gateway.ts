import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { type ConfigStore, openConfigStore, type Paths, resolvePaths } from "@openclaw/config";
import { createLog, type Log } from "@openclaw/log";
import { createPluginSource } from "@openclaw/plugins/discovery";
import {
  type ScriptedModelServer,
  startScriptedModelServer,
} from "../../../models/src/testing/scripted-model-server.ts";
import { startGateway } from "../create-gateway.ts";
import type { Gateway, GatewayOptions } from "../gateway.ts";
import type { RestartRequest } from "../restart-requests.ts";
import { type ConnectOptions, type Json, type OpenOptions, openRawClient, type RawClient } from "./raw-client.ts";

/** The token of every test Gateway that is not told otherwise. */
export const testToken = "t0k";

export interface TestGatewayOptions
  extends Partial<
    Pick<
      GatewayOptions,
      | "flags"
      | "limits"
      | "clock"
      | "timers"
      | "webRoot"
      | "channels"
      | "fetch"
      | "wsLog"
      | "version"
      | "edgeSpeechUrl"
      | "guardedFetch"
      | "setUp"
    >
  > {
  /**
   * Laid over a configuration whose only model is the scripted one; objects are merged, `undefined` removes. A function
   * gives the whole text of the file instead.
   */
  config?: Json | ((places: { modelUrl: string; workspace: string }) => string);
  env?: NodeJS.ProcessEnv;
  /** Prepares the state directory before the first start. */
  prepare?: (home: { home: string; stateDir: string; workspace: string }) => void;
}

/** A Gateway in this process with its own home, its own model server and whatever clients a test needs. */
export interface TestGateway extends AsyncDisposable {
  readonly url: string;
  readonly httpUrl: string;
  readonly port: number;
  readonly home: string;
  readonly stateDir: string;
  readonly workspace: string;
  readonly configPath: string;
  readonly model: ScriptedModelServer;
  /** The text of the log so far. */
  log(): string;
  /** A connection on which nothing was sent yet. */
  open(options?: Partial<OpenOptions>): RawClient;
  /** An accepted connection; throws when it was refused. */
  connect(options?: ConnectOptions, how?: Partial<OpenOptions>): Promise<RawClient>;
  /** Resolves with the next restart the Gateway asks for, once the new one runs on the same port. */
  restarted(): Promise<RestartRequest>;
  /** Stops the Gateway and starts another over the same state. */
  restart(reason?: "stopping" | "restarting"): Promise<void>;
  stop(): Promise<void>;
  start(): Promise<void>;
  close(): Promise<void>;
}

export async function startTestGateway(options: TestGatewayOptions = {}): Promise<TestGateway> {
  const home = fs.realpathSync(fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-gateway-")));
  const env: NodeJS.ProcessEnv = { HOME: home, PATH: process.env.PATH, SHELL: "/bin/sh", ...options.env };
  const paths: Paths = resolvePaths(env);
  const workspace = path.join(home, "workspace");
  fs.mkdirSync(paths.stateDir, { recursive: true, mode: 0o700 });
  fs.mkdirSync(workspace);
  const model = await startScriptedModelServer();
  const text =
    typeof options.config === "function"
      ? options.config({ modelUrl: model.openaiUrl, workspace })
      : `${JSON.stringify(merge(baseConfig(model.openaiUrl, workspace), options.config ?? {}), null, 2)}\n`;
  fs.writeFileSync(paths.configPath, text, { mode: 0o600 });
  options.prepare?.({ home, stateDir: paths.stateDir, workspace });
  const logFile = path.join(home, "gateway.log");

  let running: { gateway: Gateway; store: ConfigStore; log: Log } | undefined;
  let port = 0;
  let waiters: ((request: RestartRequest) => void)[] = [];
  const clients = new Set<RawClient>();

  const start = async () => {
    const log = createLog({ file: logFile, level: "trace", console: false });
    const version = options.version ?? "2026.1.1";
    const plugins = createPluginSource({ paths, env });
    const store = await openConfigStore({
      manifests: plugins.manifests,
      paths,
      env,
      version,
      log: log.child("config"),
      ...(options.clock ? { clock: options.clock } : {}),
    });
    const gateway = await startGateway(
      {
        paths,
        configStore: store,
        plugins,
        env,
        log,
        version,
        // The same port again after a restart, as a service would have it.
        flags: { port, ...options.flags },
        lock: false,
        ...(options.limits ? { limits: options.limits } : {}),
        ...(options.clock ? { clock: options.clock } : {}),
        ...(options.timers ? { timers: options.timers } : {}),
        ...(options.webRoot ? { webRoot: options.webRoot } : {}),
        ...(options.channels ? { channels: options.channels } : {}),
        ...(options.fetch ? { fetch: options.fetch } : {}),
        ...(options.setUp ? { setUp: options.setUp } : {}),
        // Tests reach nothing but this machine.
        edgeSpeechUrl: options.edgeSpeechUrl ?? "ws://127.0.0.1:9/",
        ...(options.guardedFetch ? { guardedFetch: options.guardedFetch } : {}),
        ...(options.wsLog ? { wsLog: options.wsLog } : {}),
      },
      (request) => {
        restart("restarting").then(
          () => {
            for (const waiter of waiters.splice(0)) waiter(request);
          },
          (error: unknown) => log.error("the test Gateway did not restart", { error: String(error) }),
        );
      },
    ).catch(async (error: unknown) => {
      await store.close();
      await log.close();
      throw error;
    });
    port = gateway.port;
    running = { gateway, store, log };
  };
  const stop = async (reason: "stopping" | "restarting" = "stopping") => {
    const current = running;
    running = undefined;
    if (!current) return;
    await current.gateway.stop({ reason });
    await current.store.close();
    await current.log.close();
  };
  const restart = async (reason: "stopping" | "restarting" = "stopping") => {
    await stop(reason);
    await start();
  };

  const test: TestGateway = {
    get url() {
      return `ws://127.0.0.1:${port}`;
    },
    get httpUrl() {
      return `http://127.0.0.1:${port}`;
    },
    get port() {
      return port;
    },
    home,
    stateDir: paths.stateDir,
    workspace,
    configPath: paths.configPath,
    model,
    log: () => (fs.existsSync(logFile) ? fs.readFileSync(logFile, "utf8") : ""),
    open(how = {}) {
      const client = openRawClient(test.url, { token: testToken, ...how });
      clients.add(client);
      client.closed.then(() => clients.delete(client));
      return client;
    },
    async connect(connect, how) {
      const client = test.open(how);
      const answer = await client.connect(connect);
      if (!answer.ok) throw new Error(`connect was refused: ${answer.error?.message}`);
      return client;
    },
    restarted: () =>
      new Promise((resolve) => {
        waiters.push(resolve);
      }),
    restart,
    stop: () => stop(),
    start,
    async close() {
      waiters = [];
      for (const client of clients) client.socket.terminate();
      await stop();
      await model.close();
      fs.rmSync(home, { recursive: true, force: true });
    },
    [Symbol.asyncDispose]: () => test.close(),
  };

  try {
    await start();
  } catch (error) {
    await test.close();
    throw error;
  }
  return test;
}

function baseConfig(modelUrl: string, workspace: string): Json {
  return {
    gateway: { mode: "local", auth: { mode: "token", token: testToken } },
    agents: { defaults: { workspace, skipBootstrap: true, model: { primary: "fake/fake-1" }, userTimezone: "UTC" } },
    models: {
      providers: {
        fake: {
          baseUrl: modelUrl,
          apiKey: "model-secret-0123456789",
          api: "openai-completions",
          models: [
            {
              id: "fake-1",
              name: "Fake",
              reasoning: false,
              input: ["text"],
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

/** Merges objects key by key; everything else is replaced, `undefined` removes. */
function merge(base: Json, over: Json): Json {
  const result: Json = { ...base };
  for (const [key, value] of Object.entries(over)) {
    const before = result[key];
    if (value === undefined) delete result[key];
    else if (isObject(before) && isObject(value)) result[key] = merge(before, value);
    else result[key] = value;
  }
  return result;
}

function isObject(value: unknown): value is Json {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
