import crypto from "node:crypto";
import type { ConnectOptions, RawClient } from "../../src/testing/raw-client.ts";
import { createDevice } from "../../src/testing/test-device.ts";
import type { TestGateway } from "../../src/testing/test-gateway.ts";
import type { Json, RecordedProtocol } from "./recorded.ts";

/** A Gateway on which the recorded cases of one file are played, and what brings it into the state a case needs. */
export interface Stage {
  gateway: TestGateway;
  protocol: RecordedProtocol;
  /** A connection of the caller a case names: nothing, `node`, `webchat client`, or `operator, scopes [a, b]`. */
  caller(as?: string): Promise<RawClient>;
  /** A finished run; returns its id. */
  turn(sessionKey: string, message?: string): Promise<string>;
  /** A run whose first words have come; it goes on until it is stopped or the stage settles. */
  running(sessionKey: string): Promise<string>;
  request(method: string, params?: unknown): Promise<Json>;
  /** Waits until every run that was started has ended. */
  settle(): Promise<void>;
  /** A device that waits for an approval; returns the id of its request. */
  pendingDevice(more?: ConnectOptions): Promise<string>;
}

export function createStage(gateway: TestGateway, protocol: RecordedProtocol): Stage {
  const callers = new Map<string, Promise<RawClient>>();

  const stage: Stage = {
    gateway,
    protocol,
    caller(as = "") {
      const known = callers.get(as);
      if (known) return known;
      const scopes = /scopes \[(.*)\]/.exec(as)?.[1]?.split(", ") ?? ["operator.admin"];
      const isPage = as === "webchat client";
      const options: ConnectOptions =
        as === "node"
          ? { role: "node", scopes: [], client: { id: "node-host", mode: "node" }, device: createDevice() }
          : isPage
            ? { scopes, client: { id: "webchat-ui", mode: "webchat" }, device: createDevice() }
            : { scopes, caps: ["tool-events"], client: { displayName: "Recorder" } };
      const how = isPage ? { origin: `http://127.0.0.1:${gateway.port}` } : {};
      const caller = gateway.connect({ protocol, ...options }, how);
      callers.set(as, caller);
      return caller;
    },
    async turn(sessionKey, message = "Hi there") {
      const client = await stage.caller();
      const runId = crypto.randomUUID();
      await stage.request("chat.send", { sessionKey, message, idempotencyKey: runId });
      await client.event("chat", (payload) => payload.runId === runId && payload.state !== "delta");
      return runId;
    },
    async running(sessionKey) {
      const client = await stage.caller();
      const runId = crypto.randomUUID();
      await stage.request("chat.send", { sessionKey, message: "hold:30 please", idempotencyKey: runId });
      await client.event("chat", (payload) => payload.runId === runId && payload.state === "delta");
      return runId;
    },
    async request(method, params) {
      const client = await stage.caller();
      const answer = await client.request(method, params, `stage-${crypto.randomUUID()}`);
      if (!answer.ok) throw new Error(`${method} failed: ${answer.error?.message}`);
      return answer.payload;
    },
    async settle() {
      const client = await stage.caller();
      gateway.model.release();
      if (client.socket.readyState !== client.socket.OPEN) return;
      for (const runId of startedRuns(client.frames)) await runEnded(client, runId);
    },
    async pendingDevice(more = {}) {
      const client = gateway.open({ host: "gateway.example" });
      const answer = await client.connect({
        scopes: ["operator.read"],
        client: { displayName: "Phone" },
        device: createDevice(),
        ...more,
      });
      return String(answer.error?.details?.requestId);
    },
  };
  return stage;
}

/** The runs that were accepted on a connection or showed up on it. */
export function startedRuns(frames: readonly Json[]): Set<string> {
  const ids = frames.map((frame) => {
    const payload = (frame.payload ?? {}) as Json;
    const started =
      frame.type === "res" ? /^(started|accepted)$/.test(String(payload.status)) : frame.event === "agent";
    return started && typeof payload.runId === "string" ? payload.runId : "";
  });
  return new Set(ids.filter(Boolean));
}

/**
 * Resolves when a run has sent its terminal `chat` event and, if it was ever active, its last lifecycle event; or when
 * its request was answered with an error because there was nothing to run.
 */
export async function runEnded(client: RawClient, runId: string): Promise<void> {
  await client.frame((frame) => {
    const { runId: id, state, status } = (frame.payload ?? {}) as Json;
    if (id !== runId) return false;
    const terminal = frame.event === "chat" && /^(final|error|aborted)$/.test(String(state));
    return terminal || (frame.ok === false && status === "error");
  });
  const active = client.events("agent").some((payload) => payload.runId === runId);
  if (!active) return;
  await client.event("agent", ({ runId: id, stream, data }) => {
    return id === runId && stream === "lifecycle" && (data as Json).phase !== "start";
  });
}
