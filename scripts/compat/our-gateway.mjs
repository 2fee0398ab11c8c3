import { spawn } from "node:child_process";
import crypto from "node:crypto";
import { once } from "node:events";
import fs from "node:fs";
import http from "node:http";
import net from "node:net";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { LaunchError } from "../launch/launch-error.mjs";
import { blockedTraffic } from "./blocked-traffic.mjs";

const root = path.resolve(path.dirname(fileURLToPath(import.meta.url)), "..", "..");

/** How long the Gateway may take to start or to stop, ms. */
const PATIENCE_MS = 30_000;

/**
 * The Gateway of this checkout as a process of its own, in a fresh home, on a free port.
 * @param {{ node: string, folder: string, modelUrl: string }} options folder: an empty folder for its home and its log
 */
export async function createOurGateway({ node, folder, modelUrl }) {
  const port = await freePort();
  const home = path.join(folder, "gateway-home");
  const stateDir = path.join(home, ".openclaw");
  const configPath = path.join(stateDir, "openclaw.json");
  const logFile = path.join(folder, "gateway.log");
  const outputFile = path.join(folder, "gateway-output.txt");
  const blocked = blockedTraffic(path.join(folder, "gateway-blocked.txt"));
  const token = crypto.randomBytes(24).toString("hex");
  const providerKey = crypto.randomBytes(24).toString("hex");
  fs.mkdirSync(stateDir, { recursive: true, mode: 0o700 });
  const config = configuration({
    port,
    token,
    providerKey,
    modelUrl,
    logFile,
    workspace: path.join(home, "workspace"),
  });
  fs.writeFileSync(configPath, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });

  let child;
  const gateway = {
    url: `ws://127.0.0.1:${port}`,
    port,
    token,
    /** What must never be shown to a client. */
    secrets: [token, providerKey],
    home,
    stateDir,
    configPath,
    logFile,
    outputFile,
    /** Hosts outside this machine that the Gateway tried to reach. */
    blocked: () => blocked.targets(),
    async start() {
      const output = fs.openSync(outputFile, "a", 0o600);
      const started = spawn(node, [path.join(root, "apps", "cli", "bin", "openclaw.js"), "gateway", "run"], {
        cwd: folder,
        env: {
          PATH: process.env.PATH,
          HOME: home,
          SHELL: "/bin/sh",
          NO_COLOR: "1",
          TZ: "UTC",
          NODE_OPTIONS: blocked.nodeOptions,
        },
        stdio: ["ignore", output, output],
      });
      fs.closeSync(output);
      child = started;
      await gateway.ready();
    },
    /** Resolves once the Gateway takes connections. */
    async ready() {
      const until = Date.now() + PATIENCE_MS;
      while ((await readiness(port)) !== 200) {
        if (child.exitCode !== null || child.signalCode !== null || Date.now() > until) {
          const said = fs.readFileSync(outputFile, "utf8").trim().split("\n").slice(-15).join("\n  ");
          const what =
            child.exitCode === null ? `was not ready within ${PATIENCE_MS} ms` : `ended with code ${child.exitCode}`;
          throw new LaunchError(`our Gateway ${what}`, said);
        }
        await wait(50);
      }
    },
    /**
     * Asks the process to end and waits for it.
     * @returns {Promise<{ code: number | null, signal: string | null }>}
     */
    async stop() {
      const ending = child;
      if (!ending) return { code: 0, signal: null };
      if (ending.exitCode === null && ending.signalCode === null) {
        const exited = once(ending, "exit");
        const lastResort = setTimeout(() => ending.kill("SIGKILL"), PATIENCE_MS);
        ending.kill("SIGTERM");
        await exited;
        clearTimeout(lastResort);
      }
      return { code: ending.exitCode, signal: ending.signalCode };
    },
  };
  return gateway;
}

function configuration({ port, token, providerKey, modelUrl, logFile, workspace }) {
  const free = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  const model = { id: "fake-1", name: "Fake", reasoning: false, input: ["text"], cost: free, contextWindow: 128_000 };
  return {
    gateway: { mode: "local", port, bind: "loopback", auth: { mode: "token", token } },
    logging: { file: logFile, level: "debug" },
    discovery: { mdns: { mode: "off" } },
    browser: { enabled: false },
    agents: {
      defaults: { workspace, skipBootstrap: true, model: { primary: "fake/fake-1" }, userTimezone: "UTC" },
    },
    models: {
      providers: {
        fake: {
          baseUrl: modelUrl,
          apiKey: providerKey,
          api: "openai-completions",
          models: [{ ...model, maxTokens: 8192 }],
        },
      },
    },
  };
}

async function freePort() {
  const server = net.createServer();
  server.listen(0, "127.0.0.1");
  await once(server, "listening");
  const { port } = server.address();
  server.close();
  await once(server, "close");
  return port;
}

/** Status of `/readyz`, 0 when nobody answers. */
function readiness(port) {
  return new Promise((resolve) => {
    const request = http.get({ host: "127.0.0.1", port, path: "/readyz", timeout: 1000, agent: false }, (response) => {
      response.resume();
      resolve(response.statusCode);
    });
    request.on("error", () => resolve(0));
    request.on("timeout", () => request.destroy());
  });
}
