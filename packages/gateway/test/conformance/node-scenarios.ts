import fs from "node:fs";
import path from "node:path";
import { createDevice } from "../../src/testing/test-device.ts";
import { connectTestNode, nodeResult, type TestNode, type TestNodeOptions } from "../../src/testing/test-node.ts";
import type { Json } from "./recorded.ts";
import { fill, type Scenario } from "./scenarios.ts";
import type { Stage } from "./stage.ts";

const nodes = new WeakMap<Stage, Promise<TestNode>>();

/** The node of a stage, as the recording had it; it comes with the first case that needs it. */
function nodeOf(stage: Stage): Promise<TestNode> {
  const known = nodes.get(stage) ?? connectTestNode(stage.gateway, recordedNode(stage));
  nodes.set(stage, known);
  return known;
}

function recordedNode({ protocol }: Stage): TestNodeOptions {
  return {
    protocol,
    client: { deviceFamily: "Linux" },
    commands: [
      "system.run",
      "system.which",
      "system.notify",
      "system.execApprovals.get",
      "system.execApprovals.set",
      "camera.snap",
    ],
    permissions: { "screen.record": false },
    pathEnv: "/usr/bin:/bin",
    answers: {
      "system.which": () => nodeResult({ bins: protocol === 3 ? { git: "/usr/bin/git" } : {} }),
      "system.notify": () => ({ ok: false, error: { code: "DENIED", message: "notifications are off" } }),
      "system.execApprovals.get": () => nodeResult({ path: "/x", exists: true, hash: "h", file: { version: 1 } }),
    },
  };
}

/** A request about the node of the stage. */
const withNode: Scenario = async (stage, { params }) => {
  const { nodeId } = await nodeOf(stage);
  return { params: fill(params, (params as Json).nodeId === "<device-id>" ? { nodeId } : {}) };
};

/** A request of the node that calls, about itself. */
const ownNode: Scenario = async (stage, { params }) => {
  const { payload } = await (await stage.gateway.connect()).request("node.list", {});
  const [{ nodeId } = { nodeId: "" }] = payload.nodes as { nodeId: string }[];
  return { params: fill(params, { nodeId }) };
};

const bare: Scenario = async (stage, { params }) => {
  await nodeOf(stage);
  return { params: fill(params) };
};

const disconnectingNode: Scenario = async (stage, { params }) => {
  const node = await connectTestNode(stage.gateway, { ...recordedNode(stage), answers: {} });
  void node.asked("system.run").then(() => node.client.socket.terminate());
  return { params: fill(params, { nodeId: node.nodeId }) };
};

const awayNode = async (stage: Stage): Promise<void> => {
  const node = await connectTestNode(stage.gateway, recordedNode(stage));
  await node.client.close();
};

/** An old-style request of a node that never connects. */
async function ask(stage: Stage, nodeId: string): Promise<string> {
  const about = {
    displayName: "Old node",
    platform: "ios",
    version: "1.0",
    caps: ["camera"],
    commands: ["camera.snap"],
  };
  const { request } = await stage.request("node.pair.request", { nodeId, ...about });
  return String((request as Json).requestId);
}

const asking =
  (nodeId: string): Scenario =>
  async (stage, { params }) => ({ params: fill(params, { requestId: await ask(stage, nodeId) }) });

async function pairLegacy(stage: Stage): Promise<string> {
  const requestId = await ask(stage, "legacy-1");
  const { node } = await stage.request("node.pair.approve", { requestId });
  return String((node as Json).token);
}

const legacyPaired: Scenario = async (stage, { params }) => {
  await pairLegacy(stage);
  return { params: fill(params) };
};

const withSkill: Scenario = (stage, { params }) => {
  const folder = path.join(stage.gateway.workspace, "skills", "forecast");
  fs.mkdirSync(folder, { recursive: true });
  const needs = JSON.stringify({ openclaw: { requires: { bins: ["curl"], anyBins: ["jq", "python3"] } } });
  fs.writeFileSync(
    path.join(folder, "SKILL.md"),
    `---\nname: forecast\ndescription: The weather.\nmetadata: ${needs}\n---\nAsk the service.\n`,
  );
  return { params: fill(params) };
};

export const nodeScenarios: Record<string, Scenario> = {
  "v3/skills.bins: as node": withSkill,
  "v4/skills.bins: ok": withSkill,
  "v3/node.describe: ok": withNode,
  "v3/node.list: one connected": async (stage, recorded) => {
    await awayNode(stage);
    return bare(stage, recorded);
  },
  "v3/node.list: after disconnect: still paired": async (stage, { params }) => {
    await (await nodeOf(stage)).client.close();
    return { params: fill(params) };
  },
  "v4/node.list: one connected": bare,
  "v3/node.invoke: ok (payloadJSON)": withNode,
  "v3/node.invoke: node answers with an error": withNode,
  "v3/node.invoke: no answer: timeout": withNode,
  "v3/node.invoke: command not allowlisted": withNode,
  "v3/node.invoke: command not declared": withNode,
  "v3/node.invoke: node disconnects while the call is pending": disconnectingNode,
  "v4/node.invoke: ok": withNode,
  "v4/node.invoke: before node commands are approved": withNode,
  "v3/node.invoke.result: late result ignored": ownNode,
  "v3/node.invoke.result: payloadJSON null and error null are dropped": ownNode,
  "v4/node.invoke.result: late": ownNode,
  "v3/exec.approvals.node.get: ok": withNode,
  "v3/exec.approvals.node.set: bad file": withNode,
  "v3/node.pair.approve: ok": asking("legacy-1"),
  "v3/node.pair.reject: ok": asking("legacy-2"),
  "v3/node.pair.request: again while pending": async (stage, { params }) => {
    await ask(stage, "legacy-1");
    return { params: fill(params) };
  },
  "v3/node.pair.list: paired": async (stage, recorded) => {
    await pairLegacy(stage);
    await stage.request("node.rename", { nodeId: "legacy-1", displayName: "New name" });
    return { params: fill(recorded.params) };
  },
  "v3/node.pair.verify: ok": async (stage, { params }) => ({
    params: fill(params, { token: await pairLegacy(stage) }),
  }),
  "v3/node.rename: ok": legacyPaired,
  "v4/node.pair.approve: ok": async (stage, { params }) => {
    const requestId = await stage.pendingDevice({ role: "node", scopes: [], device: createDevice(), ...pendingNode });
    return { params: fill(params, { requestId }) };
  },
  "v4/node.pair.list: after a node connect": async (stage, { params }) => {
    await stage.pendingDevice({ role: "node", scopes: [], device: createDevice(), ...pendingNode });
    return { params: fill(params) };
  },
};

const pendingNode = {
  client: { id: "node-host", mode: "node", displayName: "Test Node", deviceFamily: "Linux" },
  caps: ["system"],
  extra: { commands: ["system.run", "system.which"] },
};
