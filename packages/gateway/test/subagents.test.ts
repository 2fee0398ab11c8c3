import fs from "node:fs";
import path from "node:path";
import { afterEach, describe, expect, it, vi } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
afterEach(() => gateway.close());

const send = (client: RawClient, message: string, idempotencyKey: string, sessionKey = "main") =>
  client.request("chat.send", { sessionKey, message, idempotencyKey });
const ended = (client: RawClient, fits: (payload: Json) => boolean) =>
  client.event("chat", (payload) => payload.state !== "delta" && fits(payload));
const announced = (client: RawClient) => ended(client, ({ runId }) => String(runId).startsWith("announce|"));
const texts = async (client: RawClient, sessionKey = "main") => {
  const { payload } = await client.request("chat.history", { sessionKey });
  return (payload.messages as Json[]).map(
    ({ role, content }) => `${role}: ${String((content as Json[])[0]?.text ?? "").trimEnd()}`,
  );
};
const registry = () => {
  const file = path.join(gateway.stateDir, "subagents", "runs.json");
  return JSON.parse(fs.readFileSync(file, "utf8")) as { version: number; runs: Record<string, Json> };
};
/** The registry once it says so; it is written right after what clients see. */
const registered = (fits: (run: Json) => boolean): Promise<Json> =>
  vi.waitFor(() => {
    const run = Object.values(registry().runs).find(fits);
    if (run === undefined) throw new Error("the registry does not say so yet");
    return run;
  });
const requestOf = (index: number) =>
  gateway.model.requests[index]?.body.messages as { role: string; content: unknown }[];
const toolNames = (index: number) =>
  ((gateway.model.requests[index]?.body.tools ?? []) as { function: { name: string } }[]).map(
    (tool) => tool.function.name,
  );

describe("sessions_spawn", () => {
  it("runs a child with a minimal prompt and announces its result once", async () => {
    gateway = await startTestGateway({ config: { agents: { defaults: { skipBootstrap: false } } } });
    const client = await gateway.connect();
    await send(client, `tool:sessions_spawn {"task":"count the zebras","label":"zebras"}`, "a");
    await announced(client);

    const child = gateway.model.requests.findIndex(
      (_, index) =>
        JSON.stringify(requestOf(index)?.at(-1)?.content ?? "").includes("count the zebras") &&
        !JSON.stringify(requestOf(index)).includes("sessions_spawn"),
    );
    const system = String(requestOf(child)[0]?.content);
    expect(system).toMatch(/## Subagent Context\nYou are a subagent/);
    expect(system).toMatch(/## AGENTS\.md/);
    expect(system).toMatch(/## TOOLS\.md/);
    expect(system).not.toMatch(/## (SOUL|IDENTITY|USER|HEARTBEAT|BOOTSTRAP)\.md|## Silent Replies|## Messaging/);
    expect(toolNames(child)).not.toContain("sessions_spawn");
    expect(toolNames(child)).toContain("exec");

    const run = await registered((item) => item.cleanupCompletedAt !== undefined);
    expect(run).toMatchObject({
      requesterSessionKey: "agent:main:main",
      requesterDisplayKey: "main",
      task: "count the zebras",
      label: "zebras",
      cleanup: "keep",
      outcome: { status: "ok" },
      cleanupHandled: true,
    });
    expect(registry().version).toBe(2);
    expect(run.childSessionKey).toMatch(/^agent:main:subagent:[0-9a-f-]{36}$/);
    const messages = (await texts(client)).filter((text) => text.includes("A subagent task"));
    expect(messages.filter((text) => text.startsWith("user:"))).toHaveLength(1);
    expect(messages[0]).toMatch(/A subagent task "zebras" just completed successfully\.\n\nFindings:\nYou said: /);
    expect(messages[0]).toMatch(
      /\n\nStats: runtime \d+s • tokens .* \(in .* \/ out .*\) • sessionKey agent:main:subagent:/,
    );
  });

  it("deletes the child's session after the announcement when asked to", async () => {
    gateway = await startTestGateway();
    const client = await gateway.connect();
    await send(client, `tool:sessions_spawn {"task":"be brief","cleanup":"delete"}`, "a");
    const child = await ended(client, ({ sessionKey }) => String(sessionKey).includes(":subagent:"));
    await announced(client);
    await vi.waitFor(() => expect(registry().runs).toEqual({}));
    const { payload } = await client.request("sessions.list", {});
    expect((payload.sessions as Json[]).map(({ key }) => key)).not.toContain(child.sessionKey);
    const files = fs.readdirSync(path.join(gateway.stateDir, "agents", "main", "sessions"));
    expect(files.some((name) => name.includes(".deleted."))).toBe(true);
  });

  it("refuses other agents, and warns about a model nobody knows", async () => {
    gateway = await startTestGateway({ config: { agents: { list: [{ id: "main" }, { id: "helper" }] } } });
    const client = await gateway.connect();
    await send(client, `tool:sessions_spawn {"task":"x","agentId":"helper"}`, "a");
    await ended(client, ({ runId }) => runId === "a");
    expect((await texts(client)).join("\n")).toContain("agentId is not allowed for sessions_spawn (allowed: none)");
    await send(client, `tool:sessions_spawn {"task":"x","thinking":"enormous"}`, "b");
    await ended(client, ({ runId }) => runId === "b");
    expect((await texts(client)).join("\n")).toMatch(
      /Invalid thinking level \\?"enormous\\?"\. Use one of: off, minimal/,
    );
  });

  it("is stopped with the session that asked, and nobody is told of it", async () => {
    gateway = await startTestGateway();
    const client = await gateway.connect();
    await send(client, `tool:sessions_spawn {"task":"hang:forever"}`, "a");
    await ended(client, ({ runId }) => runId === "a");
    await vi.waitFor(() => expect(JSON.stringify(gateway.model.requests)).toContain("You are a subagent"));
    await send(client, "stop", "s");
    const child = await ended(client, ({ sessionKey }) => String(sessionKey).includes(":subagent:"));
    expect(child).toMatchObject({ state: "aborted" });
    const run = await registered((item) => item.cleanupCompletedAt !== undefined);
    expect(run.outcome).toEqual({ status: "error", error: "stopped" });
    await send(client, "hello", "b");
    await ended(client, ({ runId }) => runId === "b");
    expect((await texts(client)).join("\n")).not.toContain("A subagent task");
  });
});

describe("sessions_send", () => {
  const agents = (more: Json = {}) => ({
    agents: { list: [{ id: "main" }, { id: "helper" }] },
    ...more,
  });

  it("is refused between agents unless the configuration allows it, and nothing runs", async () => {
    gateway = await startTestGateway({ config: agents() });
    const client = await gateway.connect();
    await send(client, `tool:sessions_send {"sessionKey":"agent:helper:main","message":"hi"}`, "a");
    await ended(client, ({ runId }) => runId === "a");
    expect((await texts(client)).join("\n")).toContain(
      "Agent-to-agent messaging is disabled. Set tools.agentToAgent.enabled=true to allow cross-agent sends.",
    );
    expect(await texts(client, "agent:helper:main")).toEqual([]);
    expect(gateway.model.requests).toHaveLength(2);
  });

  it("brings the reply, and lets the two go on until one has nothing more to say", async () => {
    gateway = await startTestGateway({
      config: agents({
        tools: { agentToAgent: { enabled: true } },
        session: { agentToAgent: { maxPingPongTurns: 5 } },
      }),
    });
    const client = await gateway.connect();
    gateway.model.enqueue(
      { tools: [{ name: "sessions_send", args: `{"sessionKey":"agent:helper:main","message":"what is up?"}` }] },
      { words: ["all", "well"] },
      { words: ["good"] }, // the requester's own answer
      { words: ["and", "the", "cat?"] }, // turn 1, the requester
      { words: ["REPLY_SKIP"] }, // turn 2, the target
      { words: ["ANNOUNCE_SKIP"] },
    );
    await send(client, "ask the helper", "a");
    await ended(client, ({ runId }) => String(runId).endsWith("#announce"));
    const helper = await texts(client, "agent:helper:main");
    expect(helper.map((text) => text.replace(/\[[^\]]*\] /, ""))).toEqual([
      "user: what is up?",
      "assistant: all well",
      "user: and the cat?",
      "assistant: REPLY_SKIP",
      expect.stringContaining("user: Tell your chat"),
      "assistant: ANNOUNCE_SKIP",
    ]);
    const main = (await texts(client)).map((text) => text.replace(/\[[^\]]*\] /, ""));
    expect(main.slice(-2)).toEqual(["user: all well", "assistant: and the cat?"]);
    const turn = JSON.stringify(gateway.model.requests[4]?.body.messages);
    expect(turn).toContain("Turn 2 of 5.");
  });

  it("breaks a cycle of waits with an error instead of waiting for ever", async () => {
    gateway = await startTestGateway();
    const client = await gateway.connect();
    gateway.model.enqueue(
      { tools: [{ name: "sessions_send", args: `{"sessionKey":"agent:main:other","message":"one"}` }] },
      { tools: [{ name: "sessions_send", args: `{"sessionKey":"main","message":"two"}` }] },
      { words: ["it", "was", "refused"] },
      { words: ["fine"] },
    );
    await send(client, "go", "a");
    await ended(client, ({ runId }) => runId === "a");
    expect((await texts(client, "agent:main:other")).join("\n")).toContain(
      "agent:main:main is waiting for this session",
    );
  });

  it("is refused where the session's policy denies sending", async () => {
    gateway = await startTestGateway({
      config: { session: { sendPolicy: { rules: [{ action: "deny", match: { keyPrefix: "quiet" } }] } } },
    });
    const client = await gateway.connect();
    await send(client, `tool:sessions_send {"sessionKey":"agent:main:quiet","message":"hi"}`, "a");
    await ended(client, ({ runId }) => runId === "a");
    expect((await texts(client)).join("\n")).toContain("send blocked by session policy");
    expect(gateway.model.requests).toHaveLength(2);
  });
});
