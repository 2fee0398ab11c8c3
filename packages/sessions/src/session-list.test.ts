import { describe, expect, test } from "vitest";
import { zeroUsage } from "./message.ts";
import { listSessions, patchSession, previewSessions, resolveSession } from "./session-list.ts";
import type { SessionPatchRequest } from "./session-patch.ts";
import type { Sessions } from "./sessions.ts";
import { testSessions } from "./testing/temp-state.ts";

const defaults = { modelProvider: "fake", model: "fake-1", contextTokens: 128_000 };

function filled() {
  const opened = testSessions();
  const { sessions, time } = opened;
  const add = (key: string, patch: Record<string, unknown> = {}) => {
    time.advance(60_000);
    sessions.ensure(key, { deliveryContext: { channel: "webchat" } });
    sessions.update(key, () => patch);
  };
  add("q", { origin: { label: "Recorder", provider: "webchat" }, inputTokens: 10, outputTokens: 12 });
  add("discord:group:1", { channel: "discord", subject: "Team room", chatType: "group", totalTokens: 3 });
  add("cron:job:run:1");
  add("subagent:abc", { spawnedBy: "agent:main:q" });
  add("brand-new", { label: "New one" });
  return { ...opened, list: (options = {}) => listSessions(sessions, options, { now: time.now(), defaults }) };
}

describe("sessions.list", () => {
  test("latest first, without cron runs, with the fields clients know", () => {
    const { list } = filled();
    const { sessions: rows, count, path, hasMore } = list();
    expect(rows.map((row) => row.key)).toEqual([
      "agent:main:brand-new",
      "agent:main:subagent:abc",
      "agent:main:discord:group:1",
      "agent:main:q",
    ]);
    expect([count, path, hasMore]).toEqual([4, "(multiple)", false]);
    expect(rows[3]).toEqual({
      key: "agent:main:q",
      kind: "direct",
      displayName: "Recorder",
      chatType: "direct",
      origin: { label: "Recorder", provider: "webchat" },
      updatedAt: expect.any(Number),
      sessionId: expect.any(String),
      systemSent: false,
      abortedLastRun: false,
      inputTokens: 10,
      outputTokens: 12,
      totalTokens: 22,
      modelProvider: "fake",
      model: "fake-1",
      deliveryContext: { channel: "webchat" },
      lastChannel: "webchat",
    });
    expect(rows[2]).toMatchObject({ kind: "group", displayName: "discord:g-team-room", totalTokens: 3 });
    expect(rows[0]).toMatchObject({ label: "New one", displayName: "New one", totalTokens: 0 });
  });

  test("filters", () => {
    const { list, sessions } = filled();
    const keys = (options: object) => list(options).sessions.map((row) => row.key.replace("agent:main:", ""));
    expect(keys({ limit: 1 })).toEqual(["brand-new"]);
    expect(list({ limit: 1 }).hasMore).toBe(true);
    expect(keys({ limit: 2, offset: 1 })).toEqual(["subagent:abc", "discord:group:1"]);
    expect(keys({ search: "TEAM" })).toEqual(["discord:group:1"]);
    expect(keys({ search: "recorder" })).toEqual(["q"]);
    expect(keys({ label: "New one" })).toEqual(["brand-new"]);
    expect(keys({ label: "nothing" })).toEqual([]);
    expect(keys({ spawnedBy: "agent:main:q" })).toEqual(["subagent:abc"]);
    expect(keys({ activeMinutes: 1 })).toEqual(["brand-new", "subagent:abc"]);
    expect(keys({ agentId: "main" })).toHaveLength(4);
    sessions.index("main").replace("global", { sessionId: "g", updatedAt: 1 });
    expect(keys({})).not.toContain("global");
    expect(keys({ includeGlobal: true })).toContain("global");
  });

  test("a last message is what was said, without the lines that attach files", () => {
    const { list, sessions } = filled();
    const say = (text: string, timestamp: number) =>
      sessions.transcript("q").appendMessage({
        role: "assistant",
        content: [{ type: "text", text }],
        api: "a",
        provider: "p",
        model: "m",
        usage: zeroUsage(),
        stopReason: "stop",
        timestamp,
      });
    const preview = () =>
      list({ includeLastMessage: true }).sessions.find((row) => row.key === "agent:main:q")?.lastMessagePreview;
    say("Here it is.\nMEDIA:./garden.png\n  MEDIA:./plan.pdf", 1);
    expect(preview()).toBe("Here it is.");
    say("MEDIA:./garden.png", 2);
    expect(preview()).toBe("[file]");
  });

  test("titles and last messages come from the transcripts", () => {
    const { list, sessions } = filled();
    const transcript = sessions.transcript("q");
    const text =
      "[Mon 2026-02-09 08:53 UTC] please summarise\nthe very long report about the harbour bridge project\n[message_id: 1]";
    transcript.appendMessage({ role: "user", content: text, timestamp: 1 });
    transcript.appendMessage({
      role: "assistant",
      content: [{ type: "text", text: "Done." }],
      api: "a",
      provider: "p",
      model: "m",
      usage: zeroUsage(),
      stopReason: "stop",
      timestamp: 2,
    });
    const rows = list({ includeDerivedTitles: true, includeLastMessage: true }).sessions;
    expect(rows.find((row) => row.key === "agent:main:q")).toMatchObject({
      derivedTitle: "please summarise the very long report about the harbour…",
      lastMessagePreview: "Done.",
    });
    const other = rows.find((row) => row.key === "agent:main:brand-new")!;
    expect(other.derivedTitle).toBe(`${other.sessionId!.slice(0, 8)} (2026-02-09)`);
    expect(other).not.toHaveProperty("lastMessagePreview");
  });
});

describe("sessions.preview", () => {
  test("the last messages in short, tool calls by name, missing sessions as such", () => {
    const { sessions } = filled();
    const transcript = sessions.transcript("q");
    const assistant = {
      role: "assistant",
      api: "a",
      provider: "p",
      model: "m",
      usage: zeroUsage(),
      timestamp: 2,
    } as const;
    const call = (name: string) => ({ type: "toolCall" as const, id: name, name, arguments: {} });
    transcript.appendMessage({
      role: "user",
      content: "[WebChat x] SLOW three\n[message_id: f905ca59-3c05]",
      timestamp: 1,
    });
    transcript.appendMessage({ ...assistant, content: ["read", "exec", "web", "x"].map(call), stopReason: "toolUse" });
    transcript.appendMessage({
      role: "toolResult",
      toolCallId: "read",
      toolName: "read",
      content: [{ type: "image", data: "", mimeType: "image/png" }],
      isError: false,
      timestamp: 1,
    });
    transcript.appendMessage({ ...assistant, content: [{ type: "text", text: "y".repeat(50) }], stopReason: "stop" });
    expect(previewSessions(sessions, { keys: ["q", "agent:main:nope", "agent:"], maxChars: 40 })).toEqual([
      {
        key: "q",
        status: "ok",
        items: [
          { role: "user", text: "SLOW three" },
          { role: "tool", text: "call read, exec +2" },
          { role: "tool", text: "[image]" },
          { role: "assistant", text: `${"y".repeat(37)}...` },
        ],
      },
      { key: "agent:main:nope", status: "missing", items: [] },
      { key: "agent:", status: "error", items: [] },
    ]);
    expect(previewSessions(sessions, { keys: ["q"], limit: 1 })[0]!.items).toHaveLength(1);
  });
});

describe("sessions.resolve", () => {
  const resolve = (sessions: Sessions, options: object) => () =>
    resolveSession(sessions, options, Date.UTC(2026, 1, 9));

  test("by key, label and session id", () => {
    const { sessions } = filled();
    expect(resolve(sessions, { key: "q" })()).toBe("agent:main:q");
    expect(resolve(sessions, { label: " New one " })()).toBe("agent:main:brand-new");
    expect(resolve(sessions, { sessionId: sessions.get("q")!.sessionId })()).toBe("agent:main:q");
  });

  test("the texts of what goes wrong", () => {
    const { sessions } = filled();
    expect(resolve(sessions, { key: "main", label: "x" })).toThrow(
      "Provide either key, sessionId, or label (not multiple)",
    );
    expect(resolve(sessions, {})).toThrow("Either key, sessionId, or label is required");
    expect(resolve(sessions, { key: "main" })).toThrow("No session found: main");
    expect(resolve(sessions, { label: "zzz" })).toThrow("No session found with label: zzz");
    expect(resolve(sessions, { label: "New one", agentId: "work" })).toThrow("No session found with label: New one");
    sessions.update("q", () => ({ label: "New one" }));
    expect(resolve(sessions, { label: "New one" })).toThrow(
      "Multiple sessions found with label: New one (agent:main:brand-new, agent:main:q)",
    );
    sessions.update("q", () => ({ sessionId: sessions.get("brand-new")!.sessionId }));
    expect(resolve(sessions, { sessionId: sessions.get("q")!.sessionId })).toThrow(
      "Multiple sessions found for sessionId:",
    );
  });
});

describe("sessions.patch", () => {
  const context = {
    now: Date.UTC(2026, 1, 9, 12),
    newSessionId: () => "new-id",
    defaultModel: { provider: "fake", model: "fake-1" },
    resolveModel: (reference: string) => {
      const [provider = "", model = ""] = reference.split("/");
      return { provider, model, isDefault: reference === "fake/fake-1" };
    },
  };
  const patch = (sessions: Sessions, key: string, request: SessionPatchRequest, more = {}) =>
    patchSession(sessions, key, request, { ...context, ...more });

  test("an unknown session is created", () => {
    const { sessions, stateDir } = testSessions();
    expect(patch(sessions, "brand-new", { label: " New one " })).toEqual({
      path: `${stateDir}/agents/main/sessions/sessions.json`,
      key: "agent:main:brand-new",
      entry: { sessionId: "new-id", updatedAt: context.now, label: "New one" },
    });
  });

  test("values are stored, null clears them, off is stored only where it says something", () => {
    const { sessions } = filled();
    const all = {
      label: "Queue test",
      thinkingLevel: "high",
      verboseLevel: "on",
      reasoningLevel: "on",
      responseUsage: "tokens",
      elevatedLevel: "ask",
      execHost: "gateway",
      execSecurity: "allowlist",
      execAsk: "always",
      execNode: "n1",
      sendPolicy: "allow",
      groupActivation: "mention",
    };
    expect(patch(sessions, "q", all).entry).toMatchObject(all);
    const off = {
      thinkingLevel: "off",
      verboseLevel: "off",
      reasoningLevel: "off",
      responseUsage: "off",
      elevatedLevel: "off",
    };
    const { entry } = patch(sessions, "q", off);
    expect(entry).toMatchObject({ verboseLevel: "off", elevatedLevel: "off" });
    for (const field of ["thinkingLevel", "reasoningLevel", "responseUsage"]) expect(entry).not.toHaveProperty(field);
    expect(patch(sessions, "q", { thinkingLevel: "off" }, { thinkingDefault: "low" }).entry.thinkingLevel).toBe("off");
    const cleared = Object.fromEntries(Object.keys(all).map((field) => [field, null]));
    const after = patch(sessions, "q", cleared).entry;
    for (const field of Object.keys(all)) expect(after).not.toHaveProperty(field);
  });

  test("models: an override, the default, null, and what depends on the model", () => {
    const { sessions } = filled();
    sessions.update("q", () => ({ authProfileOverride: "a", authProfileOverrideSource: "user" }));
    expect(patch(sessions, "q", { model: "openai/gpt-5.2", thinkingLevel: "x-high" }).entry).toMatchObject({
      providerOverride: "openai",
      modelOverride: "gpt-5.2",
      thinkingLevel: "xhigh",
    });
    const back = patch(sessions, "q", { model: "fake/fake-1" }).entry;
    expect(back).not.toHaveProperty("modelOverride");
    expect(back).not.toHaveProperty("authProfileOverride");
    expect(back.thinkingLevel).toBe("high");
    patch(sessions, "q", { model: "a/b" });
    expect(patch(sessions, "q", { model: null }).entry).not.toHaveProperty("providerOverride");
  });

  const xhigh =
    'thinkingLevel "xhigh" is only supported for openai/gpt-5.2, openai-codex/gpt-5.3-codex, openai-codex/gpt-5.2-codex, openai-codex/gpt-5.1-codex, github-copilot/gpt-5.2-codex or github-copilot/gpt-5.2';
  test.each<[SessionPatchRequest, string]>([
    [{ thinkingLevel: "turbo" }, "invalid thinkingLevel (use off|minimal|low|medium|high)"],
    [{ thinkingLevel: "xhigh" }, xhigh],
    [{ verboseLevel: "loud" }, 'invalid verboseLevel (use "on"|"off")'],
    [{ reasoningLevel: "x" }, 'invalid reasoningLevel (use "on"|"off"|"stream")'],
    [{ responseUsage: "x" }, 'invalid responseUsage (use "off"|"tokens"|"full")'],
    [{ elevatedLevel: "x" }, 'invalid elevatedLevel (use "on"|"off"|"ask"|"full")'],
    [{ execHost: "x" }, 'invalid execHost (use "sandbox"|"gateway"|"node")'],
    [{ execSecurity: "x" }, 'invalid execSecurity (use "deny"|"allowlist"|"full")'],
    [{ execAsk: "x" }, 'invalid execAsk (use "off"|"on-miss"|"always")'],
    [{ execNode: " " }, "invalid execNode: empty"],
    [{ model: " " }, "invalid model: empty"],
    [{ label: "New one" }, "label already in use: New one"],
    [{ label: "x".repeat(65) }, "invalid label: too long (max 64)"],
    [{ spawnedBy: "agent:main:main" }, "spawnedBy is only supported for subagent:* sessions"],
  ])("%j is refused and changes nothing", (request, message) => {
    const { sessions } = filled();
    const before = sessions.get("q");
    expect(() => patch(sessions, "q", { ...request, execAsk: request.execAsk ?? "always" })).toThrow(message);
    expect(sessions.get("q")).toEqual(before);
  });

  test("a label may be set again on its own session", () => {
    const { sessions } = filled();
    expect(patch(sessions, "brand-new", { label: "New one" }).entry.label).toBe("New one");
  });

  test("spawnedBy is set once", () => {
    const { sessions } = filled();
    expect(patch(sessions, "subagent:x", { spawnedBy: "agent:main:main" }).entry.spawnedBy).toBe("agent:main:main");
    expect(() => patch(sessions, "subagent:x", { spawnedBy: "agent:main:o" })).toThrow(
      "spawnedBy cannot be changed once set",
    );
    expect(() => patch(sessions, "subagent:x", { spawnedBy: null })).toThrow("spawnedBy cannot be cleared once set");
  });

  test("a blank key is refused", () => {
    expect(() => patch(testSessions().sessions, "  ", {})).toThrow("key required");
  });
});
