import { spawn } from "node:child_process";
import { once } from "node:events";
import { createPublishedCli } from "./published-cli.mjs";

/** How long the host may take to say something or to end, ms. */
const PATIENCE_MS = 120_000;

/**
 * The published node host with a home of its own, as `openclaw node run` starts it.
 * @param {{ node: string, reference: object, folder: string, gateway: object, port: number, displayName: string }} options
 *   port: where it finds the Gateway on this machine
 */
export function createPublishedNodeHost({ node, reference, folder, gateway, port, displayName }) {
  const cli = createPublishedCli({
    node,
    cli: reference.cli,
    folder,
    name: "node-host",
    config: { gateway: { mode: "remote", remote: { url: gateway.url, token: gateway.token } } },
  });
  const args = ["node", "run", "--host", "127.0.0.1", "--port", String(port), "--display-name", displayName];
  let child;
  let exited;
  const kill = () => process.kill(-child.pid, "SIGKILL");
  return {
    home: cli.home,
    blocked: cli.blocked,
    start() {
      const [program, ...rest] = cli.command(...args);
      // A group of its own: the program starts itself once more, and both are to end.
      const stdio = ["ignore", "ignore", "pipe"];
      child = spawn(program, rest, { cwd: cli.home, env: cli.env, stdio, detached: true });
      exited = once(child, "close");
      let said = "";
      child.stderr.setEncoding("utf8").on("data", (text) => {
        said += text;
      });
      return { said: () => said };
    },
    /** Resolves when the host has ended by itself; ends it when that takes too long. */
    async ended() {
      const timer = setTimeout(kill, PATIENCE_MS);
      const [code, signal] = await exited;
      clearTimeout(timer);
      return { code, signal };
    },
    async stop() {
      if (!child) return;
      if (child.exitCode === null && child.signalCode === null) kill();
      await exited;
    },
  };
}
