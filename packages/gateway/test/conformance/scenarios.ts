import crypto from "node:crypto";
import fs from "node:fs";
import path from "node:path";
import type { ConnectOptions } from "../../src/testing/raw-client.ts";
import { createDevice } from "../../src/testing/test-device.ts";
import { automationScenarios } from "./automation-scenarios.ts";
import type { Json, RecordedCase } from "./recorded.ts";
import type { Stage } from "./stage.ts";

/** Brings the Gateway into the state a recorded case needs; returns what to send, or several for several requests. */
export type Scenario = (stage: Stage, recorded: RecordedCase) => Promise<Sent> | Sent;
export type Sent = { params: unknown } | { several: unknown[] };

/** The recorded parameters with values in the place of placeholders; the scripted model is steered by the message. */
export function fill(params: unknown, more: Json = {}): unknown {
  if (typeof params !== "object" || params === null) return params;
  const values = Object.entries({ ...params, ...more }).map(([name, value]) => {
    if (name === "idempotencyKey" && value === "<uuid>") return [name, crypto.randomUUID()];
    if (name === "label" && value === "<opaque>") return [name, "x".repeat(101)];
    if (name === "message" && typeof value === "string") return [name, steer(value)];
    return [name, value];
  });
  return Object.fromEntries(values);
}

function steer(message: string): string {
  if (message.startsWith("SLOW")) return `slow:60 ${message.slice(4)}`;
  if (message === "FAIL400") return "status:400 now";
  return message;
}

const send =
  (more: (stage: Stage) => Json | Promise<Json>): Scenario =>
  async (stage, { params }) => ({ params: fill(params, await more(stage)) });

const afterTurn =
  (sessionKey: string): Scenario =>
  async (stage, { params }) => {
    await stage.turn(sessionKey);
    return { params: fill(params) };
  };

/** The agent that the recordings made before. */
const withAgent: Scenario = async (stage, { params }) => {
  const list = (await stage.request("agents.list")).agents as { id: string }[];
  if (!list.some(({ id }) => id === "work-bot")) {
    await stage.request("agents.create", { name: "Work Bot", workspace: path.join(stage.gateway.home, "ws-work") });
  }
  return { params: fill(params) };
};

const withSkill: Scenario = (stage, { params }) => {
  const dir = path.join(stage.gateway.stateDir, "skills", "opener");
  fs.mkdirSync(dir, { recursive: true });
  const bins = ["no-such-program"];
  const install = [{ id: "brew", kind: "brew", formula: "no-such-program", bins, label: "Install it" }];
  const metadata = JSON.stringify({ openclaw: { emoji: "🔐", requires: { bins }, install } });
  const front = [
    "name: opener",
    "description: Opens things.",
    "homepage: https://example.com",
    `metadata: '${metadata}'`,
  ];
  fs.writeFileSync(path.join(dir, "SKILL.md"), `---\n${front.join("\n")}\n---\nOpen it.\n`);
  return { params: fill(params) };
};

/** Two answers of the model and one of a command. */
const usedSessions: Scenario = async (stage, { params }) => {
  await stage.turn("main");
  await stage.turn("main", "/status");
  await stage.request("chat.inject", { sessionKey: "main", message: "Injected note", label: "Note" });
  await stage.turn("agent:main:other");
  return { params: fill(params) };
};

const deny: Scenario = async (stage, { params }) => {
  await stage.request("sessions.patch", { key: "agent:main:deny", sendPolicy: "deny" });
  return { params: fill(params) };
};

/** Sends the same key again after a first request with it. */
const repeat =
  (until: "first text" | "end"): Scenario =>
  async (stage, { method, params }) => {
    const client = await stage.caller();
    const again = fill(params) as Json;
    await stage.request(method, again);
    await client.event(
      "chat",
      ({ runId, state }) => runId === again.idempotencyKey && (state !== "delta" || until === "first text"),
    );
    if (until === "end" && method === "agent") {
      await client.frame((frame) => frame.type === "res" && (frame.payload as Json | undefined)?.status === "ok");
    }
    return { params: again };
  };

const silent: Scenario = (stage, { params }) => {
  stage.gateway.model.enqueue({ words: ["NO_REPLY"] });
  return { params: fill(params) };
};

const withRun =
  (state: "running" | "finished", sessionKey = "main", keep: Json = {}): Scenario =>
  async (stage, { params }) => {
    const runId = state === "running" ? await stage.running(sessionKey) : await stage.turn(sessionKey);
    return { params: fill(params, "runId" in (params as Json) ? { runId, ...keep } : keep) };
  };

const abortedRun: Scenario = async (stage, { params }) => {
  const runId = await stage.running("main");
  await stage.request("chat.abort", { sessionKey: "main", runId });
  return { params: fill(params, { runId }) };
};

/** Aborts after the first words, as the recording did; the answer to the request itself comes before. */
const abortLater: Scenario = async (stage, { params }) => {
  const filled = fill(params) as Json;
  const client = await stage.caller();
  const runId = String(filled.idempotencyKey);
  client
    .event("chat", (payload) => payload.runId === runId && payload.state === "delta")
    .then(() =>
      client.send({ type: "req", id: "abort", method: "chat.abort", params: { sessionKey: filled.sessionKey, runId } }),
    );
  return { params: filled };
};

const stopCommand: Scenario = async (stage, { params }) => {
  await stage.running("main");
  return { params: fill(params) };
};

const toolTurn =
  (verboseLevel: string | undefined, file: string): Scenario =>
  async (stage, { params }) => {
    const { sessionKey } = params as { sessionKey: string };
    fs.writeFileSync(path.join(stage.gateway.workspace, "note.txt"), "a note\n");
    if (verboseLevel) await stage.request("sessions.patch", { key: sessionKey, verboseLevel });
    stage.gateway.model.enqueue(
      {
        words: file === "note.txt" ? ["Let", "me", "look."] : [],
        tools: [{ name: "read", args: JSON.stringify({ path: file }) }],
      },
      { words: ["The", "tool", "finished", "and", "this", "is", "the", "answer."] },
    );
    return { params: fill(params, { message: `Please read ${file}` }) };
  };

const queuedMessages: Scenario = (_stage, { params }) => ({
  several: (params as Json[]).map((item) => fill({ ...item, idempotencyKey: "<uuid>" })),
});

const currentHash: Scenario = async (stage, { params }) => {
  const { hash } = await stage.request("config.get", {});
  return { params: { ...(params as Json), baseHash: hash } };
};

/** Writes the file back as it was shown, with one change that means nothing to a running Gateway. */
const writeBack =
  (edit: (raw: string) => string): Scenario =>
  async (stage, { params }) => {
    const { hash, raw } = await stage.request("config.get", {});
    return { params: { ...(params as Json), raw: edit(String(raw)), baseHash: hash } };
  };

const pendingRequest: Scenario = async (stage, { params }) => ({
  params: fill(params, { requestId: await stage.pendingDevice() }),
});

const pairedDevice =
  (client: ConnectOptions = {}): Scenario =>
  async (stage, { params }) => {
    const device = createDevice();
    const caller = await stage.gateway.connect({ device, scopes: ["operator.read", "operator.write"], ...client });
    await caller.close();
    return { params: fill(params, "deviceId" in (params as Json) ? { deviceId: device.id } : {}) };
  };

const labelled: Scenario = async (stage, { params }) => {
  await stage.request("sessions.patch", { key: "agent:main:q", label: "Queue test" });
  return { params: fill(params) };
};

const farCursor = send(() => ({ cursor: 1e9 }));

/** What the cases need that cannot be sent as they are. */
/** An approver on whose Gateway no approval of an earlier case is left, and all have seen so. */
async function freshApprover(stage: Stage) {
  const approver = await stage.gateway.connect({
    protocol: stage.protocol,
    scopes: ["operator.approvals"],
    client: { displayName: "Approver" },
  });
  const caller = await stage.caller();
  const from = caller.frames.length;
  const { ok } = await approver.request("exec.approval.resolve", { id: "appr-1", decision: "deny" });
  if (ok) await caller.event("exec.approval.resolved", () => true, from);
  return approver;
}

/** Another client asks for an approval, which may be decided before the case. */
async function openApproval(stage: Stage, decide?: "at once"): Promise<void> {
  const approver = await freshApprover(stage);
  const seen = approver.frames.length;
  const command = { id: "appr-1", command: "rm -rf build", cwd: "/work", host: "gateway", agentId: "main" };
  const params = { ...command, sessionKey: "agent:main:main" };
  const caller = await stage.caller();
  const from = caller.frames.length;
  approver.send({ type: "req", id: `open-${seen}`, method: "exec.approval.request", params });
  await approver.event("exec.approval.requested", () => true, seen);
  await caller.event("exec.approval.requested", () => true, from);
  if (decide) await approver.request("exec.approval.resolve", { id: "appr-1", decision: "allow-once" });
}

const pendingApproval =
  (decide?: "at once"): Scenario =>
  async (stage, { params }) => {
    await openApproval(stage, decide);
    return { params: fill(params) };
  };

/** The request of the case is the one that is answered. */
const answeredApproval: Scenario = async (stage, { params }) => {
  const approver = await freshApprover(stage);
  void approver
    .event("exec.approval.requested", () => true, approver.frames.length)
    .then(() => {
      const decision = { id: "appr-1", decision: "allow-once" };
      // Its own answer is of no interest, and may come after the end of the test.
      approver.send({ type: "req", id: "decide", method: "exec.approval.resolve", params: decision });
    });
  return { params: fill(params) };
};

/** The case is about a file that exists. */
const approvalsFile =
  (base: "present" | "as recorded"): Scenario =>
  async (stage, { params }) => {
    const { hash } = await stage.request("exec.approvals.get");
    return { params: fill(params, base === "present" ? { baseHash: hash } : {}) };
  };

export const scenarios: Record<string, Scenario> = {
  "v3/exec.approval.request: id already pending": pendingApproval(),
  "v3/exec.approval.request: answered allow-once": answeredApproval,
  "v3/exec.approval.resolve: allow-once": pendingApproval(),
  "v3/exec.approvals.set: missing base hash": approvalsFile("as recorded"),
  "v3/exec.approvals.set: stale base hash": approvalsFile("as recorded"),
  "v3/exec.approvals.set: ok": approvalsFile("present"),
  "v4/exec.approval.get: pending": pendingApproval(),
  "v4/exec.approval.list: one pending": pendingApproval(),
  "v4/exec.approval.request: answered allow-once": answeredApproval,
  "v4/exec.approval.resolve: allow-once": pendingApproval(),
  "v4/exec.approval.waitDecision: waits": pendingApproval("at once"),
  "v3/agent: session policy deny": deny,
  "v3/agent: same idempotencyKey after completion: final result from cache, no accepted": repeat("end"),
  "v3/agent: same key while running: cached accepted, no second final": repeat("first text"),
  "v3/agent.wait: finished chat run": withRun("finished"),
  "v3/agent.wait: still running: timeout": withRun("running"),
  "v3/agent.wait: after abort": abortedRun,
  "v3/agent.wait: finished": withRun("finished", "agent:main:w"),
  "v3/agent.wait: waits for the running run": async (stage, recorded) => {
    const prepared = await withRun("running", "agent:main:w")(stage, recorded);
    stage.gateway.model.release();
    return prepared;
  },
  "v3/agents.list: two agents": async (stage, { params }) => {
    const { hash } = await stage.request("config.get", {});
    const raw = '{ agents: { list: [{ id: "main" }, { id: "work-bot", name: "Work" }] } }';
    const restarted = stage.gateway.restarted();
    await stage.request("config.patch", { raw, baseHash: hash, restartDelayMs: 0 });
    await restarted;
    return { params: fill(params) };
  },
  "v3/chat.abort: wrong session": withRun("running"),
  "v3/chat.abort: by runId": withRun("running"),
  "v3/chat.abort: already gone": abortedRun,
  "v3/chat.abort: whole session": withRun("running"),
  "v3/chat.history: after one turn": afterTurn("main"),
  "v3/chat.inject: ok": afterTurn("main"),
  "v3/chat.send: same idempotencyKey again: cached result, no new run": repeat("end"),
  "v3/chat.send: same key while running: in_flight": repeat("first text"),
  "v3/chat.send: slow run": abortLater,
  "v3/chat.send: stop command aborts the session": stopCommand,
  "v3/chat.send: silent reply (NO_REPLY)": silent,
  "v3/chat.send: second message while the first run is active (queue mode collect/default)": queuedMessages,
  "v3/chat.send: session policy deny": deny,
  "v3/config.apply: invalid": currentHash,
  "v3/config.apply: ok: whole config replaced, restart": writeBack((raw) =>
    raw.replace("my settings", "my new settings"),
  ),
  "v3/config.patch: raw is an array": currentHash,
  "v3/config.patch: invalid result": currentHash,
  "v3/config.patch: ok: restart scheduled, shutdown event, close 1012": currentHash,
  "v3/config.set: raw is not JSON5": currentHash,
  "v3/config.set: unknown key": currentHash,
  "v3/config.set: bad value": currentHash,
  "v3/config.set: sentinel for a secret that does not exist": currentHash,
  "v3/config.set: ok: redacted secrets restored": writeBack((raw) => raw.replace("my settings", "my new settings")),
  "v3/device.pair.approve: ok": pendingRequest,
  "v3/device.pair.list: pairing scope ok": pairedDevice({
    role: "node",
    scopes: [],
    client: { id: "node-host", mode: "node", displayName: "Test Node" },
  }),
  "v3/device.pair.list: pending and paired": async (stage, recorded) => {
    await stage.pendingDevice();
    await pairedDevice({ client: { displayName: "Recorder" } })(stage, recorded);
    return pairedDevice()(stage, recorded);
  },
  "v3/device.pair.reject: ok": pendingRequest,
  "v3/device.token.revoke: ok": pairedDevice(),
  "v3/device.token.revoke: unknown role": pairedDevice(),
  "v3/device.token.rotate: ok": pairedDevice(),
  "v3/device.token.rotate: other scopes": pairedDevice(),
  "v3/health: cached": send(async (stage) => {
    await stage.turn("main");
    await stage.request("health", { probe: true });
    return {};
  }),
  "v3/logs.tail: cursor beyond file size": farCursor,
  "v3/sessions.compact: short transcript": afterTurn("main"),
  "v3/sessions.compact: cut to 2 lines": afterTurn("agent:main:think"),
  "v3/sessions.delete: ok": afterTurn("agent:main:q"),
  "v3/sessions.delete: keep transcript": afterTurn("agent:main:think"),
  "v3/sessions.list: after turns": afterTurn("agent:main:q"),
  "v3/sessions.list: filters": afterTurn("agent:main:main"),
  "v3/sessions.list: write implies read": send(async (stage) => {
    await stage.request("sessions.patch", { key: "agent:main:brand-new", label: "New one" });
    await stage.request("sessions.patch", { key: "agent:main:subagent:abc", spawnedBy: "agent:main:main" });
    await stage.request("sessions.patch", { key: "agent:main:deny", sendPolicy: "deny" });
    await stage.request("sessions.reset", { key: "agent:main:never" });
    return {};
  }),
  "v3/sessions.patch: label and levels": afterTurn("agent:main:q"),
  "v3/sessions.preview: ok": async (stage, { params }) => {
    await stage.turn("main");
    await stage.request("chat.inject", { sessionKey: "main", message: "Injected note", label: "Note" });
    return { params: fill(params) };
  },
  "v3/sessions.reset: ok": async (stage, { params }) => {
    await stage.turn("agent:main:q");
    await stage.request("sessions.patch", { key: "agent:main:q", label: "Queue test", verboseLevel: "off" });
    return { params: fill(params) };
  },
  "v3/sessions.resolve: by key": afterTurn("main"),
  "v3/sessions.resolve: by label": labelled,
  "v3/status: ok": afterTurn("agent:main:q"),
  "v3/system-presence: ok": async (stage, { params }) => {
    await stage.caller("node");
    return { params: fill(params) };
  },
  "v3/system-presence: after beacon": async (stage, { params }) => {
    await stage.request("system-event", { text: "Door opened" });
    await stage.request("system-event", {
      text: "Node: kitchen (192.0.2.7) · app 1.2.3 · last input 5s ago · mode local · reason launch",
      instanceId: "kitchen-1",
      platform: "macos 15",
      tags: ["a"],
    });
    return { params: fill(params) };
  },
  "v3/tool-call-turn: chat.send, session verboseLevel off, requesting client has caps [tool-events]": toolTurn(
    "off",
    "note.txt",
  ),
  "v3/tool-call-turn: chat.send, session verboseLevel on, requesting client has caps [tool-events]": toolTurn(
    "on",
    "note.txt",
  ),
  "v3/tool-call-turn: chat.send, session verboseLevel full, requesting client has caps [tool-events]": toolTurn(
    "full",
    "note.txt",
  ),
  "v3/tool-call-turn: agent method, verboseLevel full, tool returns an error": toolTurn("full", "missing.txt"),

  "v3/agents.delete: ok, files kept": withAgent,
  "v3/agents.update: ok": withAgent,
  "v3/agents.create: ok": send((stage) => ({ workspace: path.join(stage.gateway.home, "ws-work") })),
  "v3/agents.create: exists": withAgent,
  "v3/agents.files.list: ok": send((stage) => {
    for (const name of ["AGENTS", "SOUL", "TOOLS", "IDENTITY", "USER", "HEARTBEAT", "BOOTSTRAP"]) {
      fs.writeFileSync(path.join(stage.gateway.workspace, `${name}.md`), `# ${name}\n`);
    }
    fs.rmSync(path.join(stage.gateway.workspace, "MEMORY.md"), { force: true });
    return {};
  }),
  "v3/agents.files.get: after write": send((stage) => {
    fs.writeFileSync(path.join(stage.gateway.workspace, "MEMORY.md"), "# notes\n");
    return {};
  }),
  "v3/skills.status: ok": withSkill,
  "v4/skills.status: ok": withSkill,
  "v3/sessions.usage: all": usedSessions,
  "v3/sessions.usage: one key": usedSessions,
  "v3/sessions.usage.timeseries: ok": usedSessions,
  "v3/sessions.usage.logs: ok": async (stage, { params }) => {
    await stage.turn("main");
    await stage.request("chat.inject", { sessionKey: "main", message: "Injected note", label: "Note" });
    return { params: fill(params) };
  },
  "v4/sessions.usage: ok": usedSessions,
  "v4/chat.startup: after a turn": afterTurn("agent:main:t1"),
  "v4/sessions.describe: ok": async (stage, { params }) => {
    await stage.turn("agent:main:t1");
    await stage.request("sessions.patch", { key: "agent:main:t1", label: "Described", verboseLevel: "on" });
    return { params: fill(params) };
  },

  "v4/agent: same key after completion": repeat("end"),
  "v4/agent.wait: finished": withRun("finished"),
  "v4/agent.wait: after abort": abortedRun,
  "v4/chat.abort: by runId": withRun("running", "agent:main:t2"),
  "v4/chat.history: after a turn": afterTurn("agent:main:t1"),
  "v4/chat.history: after an abort: partial kept": async (stage, { params }) => {
    const runId = await stage.running("agent:main:t2");
    await stage.request("chat.abort", { sessionKey: "agent:main:t2", runId });
    await stage.request("agent.wait", { runId });
    return { params: fill(params) };
  },
  "v4/chat.inject: ok": afterTurn("agent:main:t1"),
  "v4/chat.send: same key again": repeat("end"),
  "v4/chat.send: same key while running": repeat("first text"),
  "v4/chat.send: slow run, aborted by runId": abortLater,
  "v4/chat.send: second message while the first run is active": queuedMessages,
  "v4/chat.send: tool call turn, session verboseLevel off": toolTurn("off", "note.txt"),
  "v4/chat.send: tool call turn, session verboseLevel full": toolTurn("full", "note.txt"),
  "v4/device.pair.list: ok": pairedDevice(),
  "v4/sessions.compact: short": afterTurn("agent:main:t1"),
  "v4/sessions.delete: ok": afterTurn("agent:main:t4"),
  "v4/sessions.list: after turns": send(async (stage) => {
    for (const name of ["t1", "t2", "t3"]) await stage.turn(`agent:main:${name}`);
    return {};
  }),
  "v4/sessions.patch: label + verbose": afterTurn("agent:main:t1"),
  "v4/sessions.preview: ok": async (stage, { params }) => {
    await stage.turn("agent:main:t1");
    for (const text of ["first", "second"]) {
      await stage.request("chat.inject", { sessionKey: "agent:main:t1", message: text, label: "Note" });
    }
    return { params: fill(params) };
  },
  "v4/sessions.reset: ok": afterTurn("agent:main:t4"),
  "v4/sessions.resolve: by label": async (stage, { params }) => {
    await stage.request("sessions.patch", { key: "agent:main:t1", label: "My label" });
    return { params: fill(params) };
  },
  "v4/status: ok": afterTurn("agent:main:t1"),
  ...automationScenarios,
};
