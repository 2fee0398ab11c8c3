import { spawn } from "node:child_process";
import crypto from "node:crypto";
import fs from "node:fs";
import http from "node:http";
import { createRequire } from "node:module";
import net from "node:net";
import os from "node:os";
import path from "node:path";
import { LaunchError } from "./launch-error.mjs";

/**
 * Runs the Gateway of this checkout in the foreground until it ends or Ctrl-C is pressed.
 * State lies in `.openclaw-dev/` of the checkout unless OPENCLAW_STATE_DIR or `--profile <name>` says otherwise.
 * @returns {Promise<number>} the exit code
 */
export async function startGateway(root, tools, args) {
  const profile = flag(args, "--profile");
  const env = { ...tools.env };
  if (!env.OPENCLAW_STATE_DIR) {
    env.OPENCLAW_STATE_DIR = profile
      ? path.join(os.homedir(), `.openclaw-${profile}`)
      : path.join(root, ".openclaw-dev");
  }
  const configPath = env.OPENCLAW_CONFIG_PATH ?? path.join(env.OPENCLAW_STATE_DIR, "openclaw.json");
  const config = ensureConfig(root, configPath, env.OPENCLAW_STATE_DIR);
  const port = Number(flag(args, "--port") ?? env.OPENCLAW_GATEWAY_PORT ?? config.gateway?.port ?? 18789);
  if (!Number.isInteger(port) || port < 1 || port > 65535)
    throw new LaunchError("the port must be a number from 1 to 65535");
  if (!args.includes("--force") && (await inUse(port))) {
    throw new LaunchError(
      `port ${port} is already in use`,
      `stop what listens there, or choose another port: npm start -- --port ${port + 20}`,
    );
  }

  const entry = path.join(root, "apps", "cli", "bin", "openclaw.js");
  const global = profile ? ["--profile", profile] : [];
  const rest = withoutFlag(args, "--profile");
  const child = spawn(tools.node, [entry, ...global, "gateway", "run", ...rest], { cwd: root, env, stdio: "inherit" });
  const forward = (signal) => child.kill(signal);
  // A terminal sends Ctrl-C to the Gateway too, so this process only waits for it; without one it passes it on.
  process.on("SIGINT", process.stdin.isTTY ? () => {} : forward);
  process.on("SIGTERM", forward);

  const exited = new Promise((resolve, reject) => {
    child.on("error", reject);
    child.on("exit", (code, signal) => resolve(code ?? (signal === "SIGINT" ? 130 : 1)));
  });
  const ready = await Promise.race([untilReady(port, child), exited.then(() => false)]);
  if (ready) {
    const token = env.OPENCLAW_GATEWAY_TOKEN ?? config.gateway?.auth?.token;
    const base = (config.gateway?.controlUi?.basePath ?? "").replace(/^\/?/, "/").replace(/\/?$/, "/");
    console.log(
      `\nOpenClaw is ready. Open\n\n  http://127.0.0.1:${port}${base}${token ? `#token=${token}` : ""}\n\nCtrl-C stops it.\n`,
    );
  }
  return exited;
}

/** Reads the configuration, or writes the smallest one the Gateway starts with. */
function ensureConfig(root, configPath, stateDir) {
  if (!fs.existsSync(configPath)) {
    fs.mkdirSync(path.dirname(configPath), { recursive: true, mode: 0o700 });
    const config = {
      gateway: { mode: "local", auth: { mode: "token", token: crypto.randomBytes(24).toString("hex") } },
      agents: {
        defaults: { workspace: path.join(stateDir, "workspace"), maxConcurrent: 4, subagents: { maxConcurrent: 8 } },
      },
    };
    const temporary = `${configPath}.${process.pid}.tmp`;
    fs.writeFileSync(temporary, `${JSON.stringify(config, null, 2)}\n`, { mode: 0o600 });
    fs.renameSync(temporary, configPath);
    console.log(`Wrote ${configPath}`);
    return config;
  }
  const require = createRequire(path.join(root, "packages", "config", "package.json"));
  try {
    return require("json5").parse(fs.readFileSync(configPath, "utf8")) ?? {};
  } catch (error) {
    throw new LaunchError(
      `${configPath} cannot be read: ${error.message}`,
      "correct the file, or move it away for a new one",
    );
  }
}

function flag(args, name) {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return undefined;
  return args[at].includes("=") ? args[at].slice(name.length + 1) : args[at + 1];
}

function withoutFlag(args, name) {
  const at = args.findIndex((arg) => arg === name || arg.startsWith(`${name}=`));
  if (at < 0) return args;
  return args.filter((_, index) => index !== at && (args[at].includes("=") || index !== at + 1));
}

function inUse(port) {
  return new Promise((resolve) => {
    const socket = net.connect(port, "127.0.0.1");
    socket.on("connect", () => {
      socket.destroy();
      resolve(true);
    });
    socket.on("error", () => resolve(false));
  });
}

/** Resolves true when `/readyz` answers 200, false when the process ended first. */
async function untilReady(port, child) {
  while (child.exitCode === null && child.signalCode === null) {
    const status = await new Promise((resolve) => {
      const request = http.get({ host: "127.0.0.1", port, path: "/readyz", timeout: 1000 }, (response) => {
        response.resume();
        resolve(response.statusCode);
      });
      request.on("error", () => resolve(0));
      request.on("timeout", () => request.destroy());
    });
    if (status === 200) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}
