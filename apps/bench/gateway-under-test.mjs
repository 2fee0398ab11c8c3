// A Gateway with an empty state directory of its own, a config that points the model at scripted-model.mjs, and that
// model: what every benchmark starts with.
import { spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { fileURLToPath } from "node:url";
import { connect } from "./client.mjs";

const token = "bench-token";
const startLimitMs = 90_000;

/** Makes the state directory. `contextWindow` and `maxTokens` are those of the scripted model. */
export function createHome({ port, llmPort = port + 1, contextWindow, maxTokens }) {
  const dir = fs.mkdtempSync(path.join(os.tmpdir(), "gateway-bench-"));
  const stateDir = path.join(dir, ".openclaw");
  fs.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const model = {
    id: "fake-1",
    name: "Fake",
    reasoning: false,
    input: ["text"],
    cost: { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 },
    contextWindow,
    maxTokens,
  };
  const config = {
    gateway: { mode: "local", port, bind: "loopback", auth: { mode: "token", token } },
    discovery: { mdns: { mode: "off" } },
    browser: { enabled: false },
    agents: {
      defaults: { workspace: path.join(dir, "workspace"), maxConcurrent: 8, model: { primary: "fake/fake-1" } },
    },
    models: {
      providers: {
        fake: { baseUrl: `http://127.0.0.1:${llmPort}/v1`, apiKey: "k", api: "openai-completions", models: [model] },
      },
    },
  };
  fs.writeFileSync(path.join(stateDir, "openclaw.json"), JSON.stringify(config, null, 2), { mode: 0o600 });
  return { dir, stateDir, port, llmPort };
}

/** Starts the model and the command; in the command, {port} and {state} are replaced. `env` is laid over the usual one. */
export function startGateway(home, command, env = {}) {
  const llm = spawn(
    process.execPath,
    [fileURLToPath(new URL("./scripted-model.mjs", import.meta.url)), String(home.llmPort)],
    { stdio: "ignore" },
  );
  const [program, ...args] = command.map((part) =>
    part.replaceAll("{port}", String(home.port)).replaceAll("{state}", home.dir),
  );
  const logFile = path.join(home.dir, "gateway.log");
  const log = fs.openSync(logFile, "w");
  const launched = performance.now();
  const gateway = spawn(program, args, {
    stdio: ["ignore", log, log],
    env: {
      ...process.env,
      HOME: home.dir,
      OPENCLAW_STATE_DIR: home.stateDir,
      OPENCLAW_CONFIG_PATH: path.join(home.stateDir, "openclaw.json"),
      OPENCLAW_SKIP_CHANNELS: "1",
      OPENCLAW_SKIP_CANVAS_HOST: "1",
      NO_COLOR: "1",
      ...env,
    },
  });
  const open = (protocol, options = {}) => connect({ url: `ws://127.0.0.1:${home.port}`, token, protocol, ...options });

  /** The first client that gets in. Throws with the end of the log when the Gateway exits or takes too long. */
  const firstClient = async (protocol) => {
    for (let refusal = "it does not listen"; ; ) {
      const tail = () => fs.readFileSync(logFile, "utf8").slice(-600);
      if (gateway.exitCode !== null) throw new Error(`the gateway exited with ${gateway.exitCode}: ${tail()}`);
      if (performance.now() - launched > startLimitMs)
        throw new Error(`the gateway was not ready in ${startLimitMs / 1000} s (${refusal}): ${tail()}`);
      if (await accepts(home.port)) {
        try {
          return await open(protocol);
        } catch (error) {
          refusal = String(error);
        }
      }
      await new Promise((resolve) => setTimeout(resolve, 10));
    }
  };

  return {
    process: gateway,
    launched,
    connect: open,
    firstClient,
    kill() {
      gateway.kill("SIGKILL");
      llm.kill();
    },
  };
}

function accepts(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}
