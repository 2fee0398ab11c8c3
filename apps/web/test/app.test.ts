import { type ConnectionState, type GatewayClient, GatewayClientError } from "@openclaw/client";
import type { HelloOk } from "@openclaw/protocol";
import { describe, expect, it } from "vitest";
import { createApp } from "../src/app/app.ts";
import type { Outgoing } from "../src/chat/chat-state.ts";
import { defaultSettings, type Settings } from "../src/settings/settings.ts";

const hello = {
  type: "hello-ok",
  protocol: 4,
  server: { version: "1", connId: "c" },
  features: { methods: [], events: [] },
  snapshot: {
    presence: [],
    health: {},
    stateVersion: { presence: 1, health: 1 },
    uptimeMs: 1,
    sessionDefaults: { defaultAgentId: "ops", mainKey: "home", mainSessionKey: "agent:ops:home" },
  },
  policy: { maxPayload: 1, maxBufferedBytes: 1, tickIntervalMs: 30_000 },
} as unknown as HelloOk;

function page(
  options: {
    settings?: Partial<Settings>;
    queues?: [string, readonly Outgoing[]][];
    queueFits?: boolean;
    session?: string;
    answers?: Record<string, (params: Record<string, unknown>) => unknown>;
  } = {},
) {
  const calls: { method: string; params: Record<string, unknown> }[] = [];
  const listeners = new Map<string, (payload: unknown) => void>();
  const saved: Settings[] = [];
  const addresses: [string, string][] = [];
  const drafts = new Map<string, string>();
  const queues = new Map<string, readonly Outgoing[]>(options.queues);
  const timers: (() => void)[] = [];
  let connectCalls = 0;
  let state: ConnectionState = { kind: "closed" };
  let handlers: { credentials: () => object; onState: (state: ConnectionState) => void; onGap: () => void } | undefined;
  const answers: Record<string, (params: Record<string, unknown>) => unknown> = {
    "chat.history": ({ sessionKey }) => ({ sessionKey, messages: [] }),
    "sessions.list": () => ({
      ts: 1,
      path: "",
      count: 0,
      defaults: { modelProvider: null, model: null, contextTokens: null },
      sessions: [],
    }),
    ...options.answers,
  };
  const app = createApp({
    boot: { basePath: "", assistantName: "Ada", assistantAvatar: "A" },
    settings: { ...defaultSettings, ...options.settings },
    session: options.session,
    password: undefined,
    createGateway(given) {
      handlers = given;
      return {
        get state() {
          return state;
        },
        connect: () => {
          connectCalls += 1;
          return new Promise(() => {});
        },
        request: async (method: string, params: Record<string, unknown>) => {
          calls.push({ method, params });
          return answers[method]?.(params) ?? { ok: true };
        },
        on: (event: string, listener: (payload: unknown) => void) => {
          listeners.set(event, listener);
          return () => listeners.delete(event);
        },
      } as unknown as GatewayClient;
    },
    saveSettings: (settings) => saved.push(settings),
    drafts: { load: (key) => drafts.get(key) ?? "", save: (key, text) => void drafts.set(key, text) },
    queues: {
      load: (key) => queues.get(key) ?? [],
      save(key, queue) {
        queues.set(key, queue);
        return options.queueFits ?? true;
      },
    },
    onSession: (key, how) => addresses.push([key, how]),
    now: () => 1,
    newId: () => "0123abcd-0000-4000-8000-000000000000",
    after: (_ms, action) => void timers.push(action),
  });
  const enter = (next: ConnectionState) => {
    state = next;
    handlers?.onState(next);
  };
  return {
    app,
    calls,
    saved,
    addresses,
    drafts,
    queues,
    enter,
    connect: () => enter({ kind: "connected", hello }),
    credentials: () => handlers?.credentials(),
    gap: () => handlers?.onGap(),
    emit: (event: string, payload: unknown) => listeners.get(event)?.(payload),
    runTimers: () => {
      for (const timer of timers.splice(0)) timer();
    },
    connects: () => connectCalls,
    of: (method: string) => calls.filter((call) => call.method === method),
  };
}

const settled = () => new Promise<void>((resolve) => setImmediate(resolve));

describe("on connecting", () => {
  it.each(["", "main", "home", "agent:ops:home"])(
    "session %j means the main session of the default agent",
    async (sessionKey) => {
      const subject = page({ settings: { sessionKey } });
      subject.connect();
      await settled();
      expect(subject.app.state()).toMatchObject({
        activeKey: "agent:ops:home",
        mainKey: "agent:ops:home",
        wasConnected: true,
      });
      expect(subject.addresses).toEqual([["agent:ops:home", "replace"]]);
      expect(subject.of("chat.history")).toHaveLength(1);
      expect(subject.of("sessions.list")).toHaveLength(1);
    },
  );

  it("the session in the address wins, and a bare name belongs to the default agent", () => {
    const subject = page({ settings: { sessionKey: "agent:ops:other" }, session: "notes" });
    subject.connect();
    expect(subject.app.state().activeKey).toBe("agent:ops:notes");
    expect(subject.saved.at(-1)?.sessionKey).toBe("agent:ops:notes");
  });

  it("again, the open chat stays and its history and the list are loaded again", async () => {
    const subject = page();
    subject.connect();
    await settled();
    subject.enter({
      kind: "waiting",
      retryInMs: 800,
      error: new GatewayClientError("disconnected", "disconnected (1012): service restart", { closeCode: 1012 }),
    });
    subject.connect();
    await settled();
    expect(subject.of("chat.history")).toHaveLength(2);
    expect(subject.of("sessions.list")).toHaveLength(2);
    expect(subject.app.state()).toMatchObject({ problem: undefined, notice: undefined });
    subject.gap();
    await settled();
    expect(subject.of("chat.history")).toHaveLength(3);
  });

  it("the commands of the Gateway are asked for, where it has a list of them", async () => {
    const list = [{ name: "status", textAliases: ["/status"], description: "The state", acceptsArgs: false }];
    const subject = page({ answers: { "commands.list": () => ({ commands: list }) } });
    subject.connect();
    await settled();
    expect(subject.of("commands.list")).toHaveLength(0);
    subject.enter({
      kind: "connected",
      hello: { ...hello, features: { methods: ["commands.list"], events: [] } },
    });
    await settled();
    expect(subject.app.state().commands).toMatchObject([{ name: "status", aliases: [], waits: false }]);
  });

  it("a refusal is told as something to do", () => {
    const subject = page();
    const error = new GatewayClientError("refused", "unauthorized: gateway token missing (x)", {
      refusal: { code: "INVALID_REQUEST", message: "unauthorized: gateway token missing (x)" },
    });
    subject.enter({ kind: "closed", error });
    expect(subject.app.state().problem).toEqual({ kind: "token", wrong: false });
    subject.app.connect({ token: " t " });
    expect(subject.credentials()).toEqual({ token: "t" });
    expect(subject.saved.at(-1)?.token).toBe("t");
    subject.app.connect({ password: "p" });
    expect(subject.credentials()).toEqual({ token: "t", password: "p" });
    expect(JSON.stringify(subject.saved)).not.toContain('"p"');
    expect(subject.connects()).toBe(2);
  });
});

describe("chats", () => {
  it("a new one has a key of its own and does not touch the old one", () => {
    const subject = page();
    subject.connect();
    subject.app.newChat();
    expect(subject.app.state().activeKey).toBe("agent:ops:web-0123abcd0000");
    expect(subject.addresses.at(-1)).toEqual(["agent:ops:web-0123abcd0000", "push"]);
    expect(subject.calls.map(({ method }) => method)).not.toContain("sessions.reset");
  });

  it("events reach their own session, also when it is not open", async () => {
    const subject = page();
    subject.connect();
    subject.app.newChat();
    await settled();
    subject.emit("agent", {
      runId: "r",
      sessionKey: "agent:ops:home",
      seq: 1,
      ts: 1,
      stream: "assistant",
      data: { text: "Hi", delta: "Hi" },
    });
    subject.emit("agent", {
      runId: "s",
      sessionKey: "agent:ops:unknown",
      seq: 1,
      ts: 1,
      stream: "assistant",
      data: { text: "x", delta: "x" },
    });
    expect(subject.app.chatOf("agent:ops:home")?.state.runs).toHaveLength(1);
    expect(subject.app.chat()?.state.runs).toEqual([]);
    const before = subject.app.state().revision;
    subject.runTimers();
    expect(subject.app.state().revision).toBeGreaterThan(before);
  });

  it("drafts stay with their session", () => {
    const subject = page();
    subject.connect();
    subject.app.chat()?.setDraft({ text: "half a thought", images: [] });
    expect(subject.drafts.get("agent:ops:home")).toBe("half a thought");
    subject.app.newChat();
    expect(subject.app.chat()?.state.draft.text).toBe("");
    subject.app.openSession("agent:ops:home");
    expect(subject.app.chat()?.state.draft.text).toBe("half a thought");
  });

  it("messages that wait are sent after a reload, under the keys they had", async () => {
    const waiting = { runId: "kept", text: "and then?", images: [] };
    const subject = page({ queues: [["agent:ops:home", [waiting]]] });
    subject.connect();
    await settled();
    expect(subject.of("chat.send")[0]?.params).toMatchObject({ message: "and then?", idempotencyKey: "kept" });
    expect(subject.queues.get("agent:ops:home")).toEqual([]);
  });

  it("says so when what waits would not survive a reload", async () => {
    const subject = page({ queueFits: false });
    subject.connect();
    await settled();
    for (const text of ["one", "two"]) subject.app.chat()?.send({ text, images: [] });
    expect(subject.app.state().notice).toContain("Keep this page open");
  });

  it("deleting the open one leads back to the main one", async () => {
    const subject = page();
    subject.connect();
    subject.app.newChat();
    await subject.app.deleteSession("agent:ops:web-0123abcd0000");
    expect(subject.of("sessions.delete")[0]?.params).toEqual({
      key: "agent:ops:web-0123abcd0000",
      deleteTranscript: true,
    });
    expect(subject.app.state().activeKey).toBe("agent:ops:home");
  });

  it("a refused deletion is told and changes nothing", async () => {
    const subject = page({
      answers: {
        "sessions.delete": () => {
          throw new GatewayClientError("refused", "Session x is still active; try again in a moment.");
        },
      },
    });
    subject.connect();
    subject.app.newChat();
    await subject.app.deleteSession("agent:ops:web-0123abcd0000");
    expect(subject.app.state()).toMatchObject({
      activeKey: "agent:ops:web-0123abcd0000",
      notice: expect.stringContaining("still active"),
    });
  });

  it("tools are asked for in sessions of this page, not in those of a channel", async () => {
    const row = { key: "agent:ops:telegram:direct:1", kind: "direct", updatedAt: 1, lastChannel: "telegram" };
    const subject = page({
      answers: {
        "sessions.list": () => ({
          ts: 1,
          path: "",
          count: 1,
          defaults: { modelProvider: null, model: null, contextTokens: null },
          sessions: [row],
        }),
        "chat.send": ({ idempotencyKey }) => ({ runId: idempotencyKey, status: "started" }),
      },
    });
    subject.connect();
    await settled();
    subject.app.openSession(row.key);
    subject.app.chat()?.send({ text: "hi", images: [] });
    await settled();
    expect(subject.of("sessions.patch")).toEqual([]);
    subject.app.openSession("agent:ops:home");
    subject.app.chat()?.send({ text: "hi", images: [] });
    await settled();
    expect(subject.of("sessions.patch").map(({ params }) => params)).toEqual([
      { key: "agent:ops:home", verboseLevel: "full" },
    ]);
    subject.app.changeSettings({ chatShowTools: false });
    await settled();
    expect(subject.of("sessions.patch").at(-1)?.params).toEqual({ key: "agent:ops:home", verboseLevel: null });
  });
});

describe("commands that wait for an approval", () => {
  const question = {
    id: "a",
    request: {
      command: "ls",
      cwd: null,
      host: "gateway",
      security: null,
      ask: null,
      agentId: "ops",
      resolvedPath: null,
      sessionKey: "agent:ops:home",
    },
    createdAtMs: 0,
    expiresAtMs: 120_000,
  };
  const withList = { ...hello, features: { methods: ["exec.approval.list"], events: [] } } as unknown as HelloOk;

  it("are there again after the page was loaded anew or events were lost", async () => {
    const subject = page({ answers: { "exec.approval.list": () => [question] } });
    subject.enter({ kind: "connected", hello: withList });
    await settled();
    expect(subject.app.state().approvals).toMatchObject([{ id: "a", command: "ls", state: "pending" }]);
    subject.emit("exec.approval.resolved", { id: "a", decision: null });
    expect(subject.app.state().approvals[0]?.state).toEqual({ kind: "expired" });
    subject.gap();
    expect(subject.of("exec.approval.list")).toHaveLength(2);
  });

  it("are decided over the connection", async () => {
    const subject = page();
    subject.connect();
    subject.emit("exec.approval.requested", question);
    await subject.app.decideApproval("a", "deny");
    expect(subject.of("exec.approval.resolve")).toEqual([
      { method: "exec.approval.resolve", params: { id: "a", decision: "deny" } },
    ]);
    expect(subject.app.state().approvals[0]?.state).toEqual({ kind: "deny" });
    subject.app.dismissApproval("a");
    expect(subject.app.state().approvals).toEqual([]);
  });
});
