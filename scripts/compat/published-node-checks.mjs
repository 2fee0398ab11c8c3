import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect } from "./check-report.mjs";
import { startForwardingProxy } from "./forwarding-proxy.mjs";
import { createPublishedCli } from "./published-cli.mjs";
import { createPublishedNodeHost } from "./published-node-host.mjs";
import { connectRaw } from "./raw-client.mjs";

/** How long the node host may take until it is connected, ms. */
const PATIENCE_MS = 60_000;
const displayName = "Compat node";
const target = ["--node", displayName];

/** The published node host behind our Gateway, and the commands that use it. */
export async function checkPublishedNode({ gateway, reference, node, folder, report }) {
  report.section(`openclaw ${reference.version}, the published node host`);
  const cli = createPublishedCli({
    node,
    cli: reference.cli,
    folder,
    name: "node-cli",
    config: { gateway: { mode: "remote", remote: { url: gateway.url, token: gateway.token } } },
  });
  const watcher = await connectRaw(gateway);
  const proxy = await startForwardingProxy(gateway.port);
  const host = createPublishedNodeHost({ node, reference, folder, gateway, port: proxy.port, displayName });
  const parameters = { cli, host, watcher, check: report.check };
  try {
    await checkPairing(parameters);
    await checkInvocations(parameters);
    await checkApprovals(parameters);
    await report.check("the node host is shown as disconnected once it has ended", async () => {
      await host.stop();
      await untilListed(watcher, ({ connected }) => !connected, "disconnected");
      const text = await cli.text("nodes", "status");
      expect(text.includes("Known: 1 · Paired: 1 · Connected: 0"), "paired, not connected", text);
    });
    await report.check("it tried to reach nothing outside this machine", () => {
      expect(host.blocked().length === 0, "no such attempt", host.blocked());
    });
  } finally {
    await host.stop();
    await watcher.close();
    await proxy.close();
  }
}

async function checkPairing({ cli, host, watcher, check }) {
  let requestId;
  await check("node run from another machine: refused until it is approved, and says so", async () => {
    const { said } = host.start();
    // With nothing left to wait for, this release of the host ends instead of trying again.
    await host.ended();
    expect(said().includes("pairing required"), "pairing required", said());
  });
  await check("nodes pending --json names the node and what it offers", async () => {
    const [request, ...others] = await cli.json("nodes", "pending");
    expect(request?.displayName === displayName && others.length === 0, "the node's request", request);
    requestId = request.requestId;
  });
  await check("nodes approve: the node host connects", async () => {
    const { node } = await cli.json("nodes", "approve", requestId);
    expect(node.displayName === displayName, "the approved node", node);
    host.start();
    await untilListed(watcher, ({ connected }) => connected, "connected");
  });
  await check("nodes status --json, nodes list --json", async () => {
    const { nodes } = await cli.json("nodes", "status");
    const [row] = nodes;
    expect(nodes.length === 1 && row.paired && row.connected, "one node, paired and connected", nodes);
    expect(row.commands.includes("system.run") && row.caps.includes("system"), "what it offers", row);
    const listed = await cli.text("nodes", "list");
    expect(listed.includes("Pending: 0 · Paired: 1"), "one paired node", listed);
  });
}

async function checkInvocations({ cli, host, watcher, check }) {
  let uname;
  await check("nodes invoke --command system.which", async () => {
    const params = JSON.stringify({ bins: ["uname", "no-such-program"] });
    const { payload } = await cli.json("nodes", "invoke", ...target, "--command", "system.which", "--params", params);
    uname = payload.bins.uname;
    expect(uname?.endsWith("/uname") && Object.keys(payload.bins).length === 1, "where uname is, alone", payload);
  });
  await check("approvals allowlist add --node …, approvals get --node …: the file of the node's home", async () => {
    await cli.text("approvals", "allowlist", "add", "--agent", "main", ...target, uname);
    const { path, file } = await cli.json("approvals", "get", ...target);
    expect(path.startsWith(host.home), "the node's own file", path);
    expect(
      file.agents.main.allowlist.some(({ pattern }) => pattern === uname),
      "the new pattern",
      file.agents,
    );
  });
  // Not with `nodes run`: unless its own configuration says `tools.exec.ask: "off"`, this release asks for everything.
  await check("gateway call node.invoke with system.run: what is on the list runs without a question", async () => {
    const { nodes } = await watcher.request("node.list", {});
    const call = { nodeId: nodes[0].nodeId, command: "system.run", idempotencyKey: "listed" };
    const { payload } = await cli.call("node.invoke", { ...call, params: { command: ["uname"], timeoutMs: 5000 } });
    expect(payload.exitCode === 0 && payload.stdout.trim() === os.type(), "what uname printed", payload);
    expect(watcher.events("exec.approval.requested").length === 0, "no question");
  });
}

async function checkApprovals({ cli, host, watcher, check }) {
  /** Runs a raw command that asks, and answers as told. */
  const ask = async (command, decision) => {
    const running = cli.run(["nodes", "run", ...target, "--ask", "always", "--raw", command]);
    const { payload } = await watcher.event("exec.approval.requested", ({ request }) => request.command === command);
    expect(payload.request.host === "node" && payload.request.agentId === "main", "host node, agent main", payload);
    await watcher.request("exec.approval.resolve", { id: payload.id, decision });
    await watcher.event("exec.approval.resolved", ({ id }) => id === payload.id);
    return running;
  };
  await check("nodes run --ask always, allowed once: output and exit code of the command", async () => {
    const { code, stdout, stderr } = await ask("echo from the node; exit 3", "allow-once");
    expect(stdout.trim() === "from the node", "what the command printed", stdout || stderr);
    expect(code === 1 && stderr.includes("run exit 3"), "exit code 1, naming 3", `${code}: ${stderr}`);
  });
  await check("nodes run --ask always, denied: nothing runs", async () => {
    const { code, stdout, stderr } = await ask("echo never", "deny");
    expect(code === 1 && !stdout.includes("never") && /denied/i.test(stderr), "denied", `${code}: ${stderr}`);
  });
  await check("system.run with a forged approval is not run", async () => {
    const { nodes } = await watcher.request("node.list", {});
    const params = { command: ["touch", "forged"], approved: true, approvalDecision: "allow-once" };
    const call = { nodeId: nodes[0].nodeId, command: "system.run", params, idempotencyKey: "forged" };
    const error = await cli.refused("gateway", "call", "node.invoke", "--params", JSON.stringify(call));
    expect(error.includes("SYSTEM_RUN_DENIED"), "denied", error);
    expect(!fs.existsSync(path.join(host.home, "forged")), "no file");
  });
  await check("gateway call exec.approval.request is answered by gateway call exec.approval.resolve", async () => {
    const request = { id: "compat-asked", command: "rm -r build", timeoutMs: 110_000 };
    const asking = cli.call("exec.approval.request", request, "--timeout", "110000");
    await watcher.event("exec.approval.requested", ({ id }) => id === request.id);
    const resolved = await cli.call("exec.approval.resolve", { id: request.id, decision: "allow-always" });
    expect(resolved.ok === true, "ok", resolved);
    const answer = await asking;
    expect(answer.decision === "allow-always", "the decision", answer);
  });
}

/** Waits until the only node fits. */
async function untilListed(watcher, fits, what) {
  const until = Date.now() + PATIENCE_MS;
  for (;;) {
    const { nodes } = await watcher.request("node.list", {});
    if (nodes.length === 1 && fits(nodes[0])) return nodes[0];
    expect(Date.now() < until, `one node that is ${what} within ${PATIENCE_MS} ms`, nodes);
    await wait(100);
  }
}
