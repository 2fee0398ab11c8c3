import { type ChildProcess, spawn } from "node:child_process";
import fs from "node:fs";
import net from "node:net";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import { temporaryHome } from "../../packages/cli/test/cli.ts";
import type { Json, RawClient } from "../../packages/gateway/src/testing/raw-client.ts";
import { startTestGateway, type TestGateway, testToken } from "../../packages/gateway/src/testing/test-gateway.ts";

const program = path.resolve(import.meta.dirname, "../../apps/cli/bin/openclaw.js");

let gateway: TestGateway;
let home: ReturnType<typeof temporaryHome>;
let operator: RawClient;
let remote: Awaited<ReturnType<typeof startRemoteWay>>;
const children = new Set<ChildProcess>();
beforeEach(async () => {
  gateway = await startTestGateway();
  home = temporaryHome();
  operator = await gateway.connect({ protocol: 4 });
  remote = await startRemoteWay(() => gateway.port);
});
afterEach(async () => {
  for (const child of children) child.kill("SIGKILL");
  children.clear();
  remote.close();
  home[Symbol.dispose]();
  await gateway.close();
});

/** A way to the Gateway on which it takes its clients for those of another machine. */
async function startRemoteWay(port: () => number) {
  const sockets = new Set<net.Socket>();
  const server = net.createServer((from) => {
    const to = net.connect(port(), "127.0.0.1");
    for (const socket of [from, to]) {
      sockets.add(socket);
      socket.on("error", () => socket.destroy());
      socket.on("close", () => [from, to].map((each) => each.destroy()));
    }
    from.once("data", (request: Buffer) => {
      to.write(request.toString("latin1").replace(/^host: .*$/im, "Host: openclaw.example"), "latin1");
      from.pipe(to);
    });
    to.pipe(from);
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  return {
    port: (server.address() as net.AddressInfo).port,
    close() {
      for (const socket of sockets) socket.destroy();
      server.close();
    },
  };
}

/** `openclaw node run` in a process of its own, with a home of its own. */
function startNode(port: number) {
  const stateHome = path.join(home.home, "node-home");
  fs.mkdirSync(stateHome, { recursive: true });
  const child = spawn(
    process.execPath,
    [program, "node", "run", "--port", String(port), "--display-name", "Work Shop"],
    {
      cwd: stateHome,
      env: { HOME: stateHome, PATH: process.env.PATH, OPENCLAW_GATEWAY_TOKEN: testToken, NO_COLOR: "1" },
      stdio: ["ignore", "pipe", "pipe"],
    },
  );
  children.add(child);
  let output = "";
  const said = (pattern: RegExp) =>
    new Promise<RegExpExecArray>((resolve, reject) => {
      const look = () => {
        const found = pattern.exec(output);
        if (found) resolve(found);
      };
      child.stdout.on("data", look);
      child.once("exit", () => reject(new Error(`the node ended: ${output}`)));
      look();
    });
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (chunk) => (output += String(chunk)));
  return { child, said, output: () => output, stateDir: path.join(stateHome, ".openclaw") };
}

const nodes = (...argv: string[]) => home.run(["nodes", ...argv]);
const there = () => ["--url", gateway.url, "--token", testToken];
const requestOf = (id: string) => operator.event("exec.approval.requested", (payload) => payload.id === id);
const decide = (id: unknown, decision: string) => operator.request("exec.approval.resolve", { id, decision });

it("a second process is approved as a node and runs commands, within its own approvals and those people give", async () => {
  const node = startNode(remote.port);
  const [, requestId = ""] = await node.said(/openclaw nodes approve ([\w-]+)/);
  expect((await nodes("pending", ...there())).stdout).toContain(requestId);
  expect((await nodes("approve", requestId, ...there())).code).toBe(0);
  await operator.frame(({ event, payload }) => {
    const rows = event === "presence" ? ((payload as Json).presence as Json[]) : [];
    return rows.some(({ host, reason }) => host === "Work Shop" && reason === "connect");
  });
  const status = await nodes("status", ...there());
  expect(status.stdout).toContain("Known: 1 · Paired: 1 · Connected: 1");
  expect(status.stdout).toContain("paired · connected");
  expect((await nodes("describe", "--node", "work-shop", ...there())).stdout).toContain("- system.which");
  const kept = path.join(node.stateDir, "node.json");
  expect(JSON.parse(fs.readFileSync(kept, "utf8"))).toMatchObject({
    version: 1,
    displayName: "Work Shop",
    gateway: { host: "127.0.0.1", port: remote.port },
  });
  expect(fs.statSync(kept).mode & 0o777).toBe(0o600);

  const run = (...words: string[]) => nodes("run", "--node", "work-shop", ...there(), ...words);
  expect(await run("--", "echo", "hi")).toMatchObject({
    code: 1,
    stderr: "nodes run failed: exec denied: host=node security=deny\n",
  });
  const allowed = await home.run(["approvals", "allowlist", "add", "/**/echo", "--node", "work-shop", ...there()]);
  expect(allowed).toMatchObject({ code: 0 });
  const set = { version: 1, defaults: { security: "allowlist", ask: "on-miss" } };
  const file = path.join(home.home, "rules.json");
  const { agents } = JSON.parse(fs.readFileSync(path.join(node.stateDir, "exec-approvals.json"), "utf8"));
  fs.writeFileSync(file, JSON.stringify({ ...set, agents }));
  expect(await home.run(["approvals", "set", "--file", file, "--node", "work-shop", ...there()])).toMatchObject({
    code: 0,
  });
  expect(await run("--raw", "echo hi")).toEqual({ code: 0, stdout: "hi\n", stderr: "" });

  const denied = run("--", "ls", "/");
  const first = (await operator.event("exec.approval.requested")) as { id: string; request: Json };
  expect(first.request).toMatchObject({ command: "ls /", host: "node" });
  expect(await decide(first.id, "deny")).toMatchObject({ ok: true });
  expect(await decide(first.id, "allow-once")).toMatchObject({ ok: false });
  expect(await denied).toMatchObject({ code: 1, stderr: "nodes run failed: exec denied: user denied\n" });

  const from = operator.frames.length;
  const approved = run("--raw", "echo out; ls /no-such-folder");
  const second = await operator.event("exec.approval.requested", () => true, from);
  await requestOf(String(second.id));
  expect(await decide(second.id, "allow-always")).toMatchObject({ ok: true });
  const done = await approved;
  expect(done).toMatchObject({ code: 2, stdout: "out\n" });
  expect(done.stderr).toContain("no-such-folder");
  expect(done.stderr).toContain("run exit 2");
  expect(await run("--raw", "ls /")).toMatchObject({ code: 0 });
  expect(operator.events("exec.approval.requested")).toHaveLength(2);
});

it("a node that is killed fails what it was asked for, and comes back with its own token", async () => {
  const node = startNode(gateway.port);
  await node.said(/connected to/);
  const { nodes: rows } = (await operator.request("node.list", {})).payload as { nodes: { nodeId: string }[] };
  const nodeId = String(rows[0]?.nodeId);
  const { hash } = (await operator.request("exec.approvals.node.get", { nodeId })).payload;
  const file = { version: 1, defaults: { security: "full", ask: "off" } };
  expect(await operator.request("exec.approvals.node.set", { nodeId, file, baseHash: hash })).toMatchObject({
    ok: true,
  });
  const started = path.join(home.home, "started");
  const asked = operator.request("node.invoke", {
    nodeId,
    command: "system.run",
    params: { command: ["/bin/sh", "-c", `touch ${started}; exec sleep 60`] },
    timeoutMs: 60_000,
    idempotencyKey: "once",
  });
  await new Promise<void>((resolve) => {
    const look = setInterval(() => {
      if (!fs.existsSync(started)) return;
      clearInterval(look);
      resolve();
    }, 20);
  });
  node.child.kill("SIGKILL");
  expect((await asked).error).toEqual({ code: "UNAVAILABLE", message: "node disconnected (system.run)" });
  const again = startNode(remote.port);
  await again.said(/connected to/);
  const back = (await operator.request("node.list", {})).payload.nodes as Json[];
  expect(back).toEqual([expect.objectContaining({ nodeId, connected: true })]);
  again.child.kill("SIGTERM");
  await new Promise((resolve) => again.child.once("exit", resolve));
  expect(again.child.exitCode, again.output()).toBe(0);
});
