import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, test } from "vitest";
import { messageText, type UserMessage, zeroUsage } from "./message.ts";
import { matchResetTrigger } from "./reset-policy.ts";
import { tempDir, testSessions } from "./testing/temp-state.ts";

const user = (text: string): UserMessage => ({ role: "user", content: text, timestamp: 1 });
const answer = (text: string) => ({
  role: "assistant" as const,
  content: [{ type: "text" as const, text }],
  api: "openai-completions",
  provider: "fake",
  model: "fake-1",
  usage: zeroUsage(),
  stopReason: "stop" as const,
  timestamp: 2,
});
const preferences = {
  thinkingLevel: "high",
  verboseLevel: "on",
  label: "mine",
  modelOverride: "m",
  providerOverride: "p",
  execHost: "gateway",
  sendPolicy: "allow",
  queueMode: "collect",
  groupActivation: "always",
  lastChannel: "telegram",
  future: 1,
} as const;
const conversation = {
  inputTokens: 5,
  outputTokens: 6,
  totalTokens: 7,
  contextTokens: 8,
  memoryFlushAt: 9,
  cliSessionIds: { claude: "x" },
  skillsSnapshot: {},
  systemPromptReport: {},
  lastHeartbeatText: "hi",
} as const;

describe("starting and going on", () => {
  test("the first message makes a session, the next ones go on with it", () => {
    const { sessions, stateDir, time } = testSessions();
    const first = sessions.ensure("main", { channel: "webchat", deliveryContext: { channel: "webchat" } });
    expect(first).toMatchObject({ key: "agent:main:main", agentId: "main", isNew: true, reason: "new", fork: "none" });
    expect(first.entry).toMatchObject({
      systemSent: false,
      abortedLastRun: false,
      compactionCount: 0,
      chatType: "direct",
      deliveryContext: { channel: "webchat" },
      lastChannel: "webchat",
      sessionFile: join(stateDir, "agents/main/sessions", `${first.entry.sessionId}.jsonl`),
    });
    sessions.update("main", () => ({ systemSent: true, ...preferences }));
    time.advance(60_000);
    const next = sessions.ensure("agent:main:main");
    expect(next).toMatchObject({ isNew: false, reason: "fresh" });
    expect(next.entry).toMatchObject({ sessionId: first.entry.sessionId, systemSent: true, updatedAt: time.now() });
  });

  test("a heartbeat does not keep a session awake", () => {
    const { sessions, time } = testSessions();
    const { entry } = sessions.ensure("main");
    time.advance(60_000);
    expect(sessions.ensure("main", { heartbeat: true }).entry.updatedAt).toBe(entry.updatedAt);
    expect(sessions.ensure("main", { touch: false }).entry.updatedAt).toBe(entry.updatedAt);
    expect(sessions.ensure("main").entry.updatedAt).toBe(time.now());
  });

  test.each(["reset command", "sessions.reset", "daily expiry"])(
    "a %s keeps preferences and clears the conversation",
    (how) => {
      const { sessions, time } = testSessions();
      const before = sessions.ensure("main").entry;
      sessions.update("main", () => ({ ...preferences, ...conversation, systemSent: true, compactionCount: 3 }));
      if (how === "daily expiry") time.advance(24 * 3_600_000);
      const after =
        how === "sessions.reset"
          ? sessions.reset("main").entry
          : sessions.ensure("main", how === "reset command" ? { reset: true } : {}).entry;
      expect(after.sessionId).not.toBe(before.sessionId);
      expect(after.sessionFile).toContain(after.sessionId);
      expect(after).toMatchObject({ ...preferences, systemSent: false, abortedLastRun: false, compactionCount: 0 });
      const { inputTokens, outputTokens, totalTokens, ...rest } = conversation;
      for (const field of Object.keys(rest)) expect(after).not.toHaveProperty(field);
      expect([after.inputTokens, after.outputTokens, after.totalTokens].filter(Boolean)).toEqual([]);
      expect(inputTokens + outputTokens + totalTokens).toBe(18);
    },
  );

  test.each(["auto", "user"] as const)(
    "a credential pin (%s) ends with a reset: the next run moves on from it",
    (source) => {
      const { sessions } = testSessions();
      sessions.ensure("main");
      sessions.update("main", () => ({ authProfileOverride: "a", authProfileOverrideSource: source }));
      expect(sessions.ensure("main", { reset: true }).entry).toMatchObject({
        authProfileOverride: "a",
        authProfileOverrideSource: "auto",
        authProfileOverrideCompactionCount: -1,
      });
    },
  );

  test("a reset command starts a new transcript, the old one stays as it is, the rest is the first message", () => {
    const { sessions } = testSessions();
    const old = sessions.ensure("main").entry;
    sessions.transcript("main").appendMessage(user("before"));
    const oldText = readFileSync(old.sessionFile!, "utf8");
    const trigger = matchResetTrigger("/reset hello", undefined)!;
    const { entry, previous, reason } = sessions.ensure("main", { reset: true });
    sessions.transcript("main").appendMessage(user(trigger.rest));
    expect(reason).toBe("reset");
    expect(previous?.sessionId).toBe(old.sessionId);
    expect(readFileSync(old.sessionFile!, "utf8")).toBe(oldText);
    expect(existsSync(entry.sessionFile!)).toBe(true);
    expect(sessions.transcript("main").context().map(messageText)).toEqual(["hello"]);
  });

  test.each([
    ["2026-02-10T03:00:00Z", "2026-02-10T05:00:00Z", true],
    ["2026-02-10T04:30:00Z", "2026-02-10T05:00:00Z", false],
    ["2026-02-10T04:30:00Z", "2026-02-10T05:31:00Z", true],
  ])("with a daily hour and an idle time, last used %s and now %s: a new session is %s", (used, now, begins) => {
    const { sessions, time } = testSessions({ session: { reset: { mode: "daily", atHour: 4, idleMinutes: 60 } } });
    time.advance(Date.parse(used) - time.now());
    const { entry } = sessions.ensure("main");
    time.advance(Date.parse(now) - time.now());
    expect(sessions.ensure("main").entry.sessionId !== entry.sessionId).toBe(begins);
  });

  test("with idle minutes alone a session outlives the night", () => {
    const { sessions, time } = testSessions({ session: { idleMinutes: 240 } });
    time.advance(Date.parse("2026-02-10T03:00:00Z") - time.now());
    const { entry } = sessions.ensure("main");
    time.advance(3 * 3_600_000);
    expect(sessions.ensure("main").entry.sessionId).toBe(entry.sessionId);
    time.advance(4 * 3_600_000 + 1);
    expect(sessions.ensure("main").isNew).toBe(true);
  });

  test("groups follow the policy of their channel", () => {
    const { sessions, time } = testSessions({
      session: {
        resetByChannel: { discord: { mode: "idle", idleMinutes: 5 } },
        resetByType: { group: { mode: "daily" } },
      },
    });
    const turn = () => sessions.ensure("agent:main:discord:group:1", { channel: "discord", chatType: "group" });
    turn();
    time.advance(5 * 60_000);
    expect(turn().isNew).toBe(false);
    time.advance(5 * 60_000 + 1);
    expect(turn().reason).toBe("expired");
  });

  test("group messages bring their metadata", () => {
    const { sessions } = testSessions();
    const { entry } = sessions.ensure("agent:main:discord:channel:1", {
      group: {
        chatType: "channel",
        channel: "Discord",
        groupId: "1",
        subject: "#General Talk",
        space: "Guild",
        hasChannels: true,
      },
      origin: { provider: "discord", label: " G ", to: "" },
    });
    expect(entry).toMatchObject({
      chatType: "channel",
      channel: "discord",
      groupId: "1",
      groupChannel: "#General Talk",
      space: "Guild",
      displayName: "discord:guild#general-talk",
      origin: { provider: "discord", label: "G" },
    });
    expect(entry).not.toHaveProperty("subject");
  });

  test("a thread's transcript carries the thread id in its name", () => {
    const { sessions } = testSessions();
    const { entry } = sessions.ensure("agent:main:telegram:group:1:topic:a/b", { threadId: "a/b" });
    expect(entry.sessionFile).toMatch(/-topic-a%2Fb\.jsonl$/);
  });

  test("an isolated direct chat notes its route on the main session without waking it", () => {
    const { sessions, time } = testSessions();
    const main = sessions.ensure("main", { deliveryContext: { channel: "telegram", to: "1", threadId: 7 } }).entry;
    time.advance(1000);
    sessions.noteRoute("main", { channel: "signal", to: "+1" });
    expect(sessions.get("main")).toMatchObject({
      updatedAt: main.updatedAt,
      deliveryContext: { channel: "signal", to: "+1" },
      lastChannel: "signal",
    });
    expect(sessions.get("main")).not.toHaveProperty("lastThreadId");
  });
});

describe("keys and stores", () => {
  test("a record under an old alias is found, and moved by the first change", () => {
    const stateDir = tempDir();
    const store = join(stateDir, "agents/main/sessions/sessions.json");
    mkdirSync(dirname(store), { recursive: true });
    writeFileSync(
      store,
      JSON.stringify({ main: { sessionId: "s", updatedAt: Date.UTC(2026, 1, 9, 8, 50), label: "old" } }),
    );
    const { sessions } = testSessions({ session: { mainKey: "home" } }, { stateDir });
    expect(sessions.get("main")?.label).toBe("old");
    expect(sessions.ensure("home")).toMatchObject({ key: "agent:main:home", isNew: false });
    expect([...sessions.index("main").keys()]).toEqual(["agent:main:home"]);
  });

  test("agents have stores of their own unless the path says otherwise", () => {
    const home = tempDir();
    const list = [{ id: "Main" }, { id: "work", default: true }];
    const own = testSessions({ agents: { list } });
    expect(own.sessions.agentIds()).toEqual(["work", "main"]);
    expect(own.sessions.mainKey()).toBe("agent:work:main");
    expect(own.sessions.index("main")).not.toBe(own.sessions.index("work"));
    const shared = testSessions({ agents: { list }, session: { store: "~/all/sessions.json" } }, { homeDir: home });
    expect(shared.sessions.index("main")).toBe(shared.sessions.index("work"));
    expect(shared.sessions.index("main").path).toBe(join(home, "all/sessions.json"));
    const named = testSessions({ session: { store: "~/{agentId}.json" } }, { homeDir: home });
    expect(named.sessions.storePath("x")).toBe(join(home, "x.json"));
  });

  test("without a configured list the agents on disk count", () => {
    const stateDir = tempDir();
    mkdirSync(join(stateDir, "agents/ops/sessions"), { recursive: true });
    expect(testSessions({}, { stateDir }).sessions.agentIds()).toEqual(["main", "ops"]);
  });

  test("scope global has one session", () => {
    const { sessions } = testSessions({ session: { scope: "global" } });
    sessions.ensure("main");
    expect([...sessions.index("main").keys()]).toEqual(["global"]);
  });

  test("a transcript is found at its old places", () => {
    const stateDir = tempDir();
    const { sessions } = testSessions({}, { stateDir });
    const { sessionId } = sessions.ensure("main").entry;
    mkdirSync(join(stateDir, "sessions"));
    const legacy = join(stateDir, "sessions", `${sessionId}.jsonl`);
    writeFileSync(legacy, `{"type":"session","version":3,"id":"${sessionId}","timestamp":"","cwd":"/"}\n`);
    expect(sessions.transcriptPath("main")).toBe(legacy);
    expect(sessions.transcriptPath("nobody")).toBeUndefined();
  });

  test("a session id cannot lead out of the directory", () => {
    const { sessions, stateDir } = testSessions();
    sessions.update("main", () => ({ sessionId: "../../../evil" }));
    expect(dirname(sessions.transcriptPath("main")!)).toBe(join(stateDir, "agents/main/sessions"));
  });

  test("a transcript needs a session", () => {
    expect(() => testSessions().sessions.transcript("nobody")).toThrow("No session found: nobody");
  });

  test("a repaired transcript is reported with its backup", () => {
    const { sessions, log } = testSessions();
    const { entry } = sessions.ensure("main");
    sessions.transcript("main").appendMessage(user("a"));
    appendFileSync(entry.sessionFile!, "garbage\n");
    expect(sessions.transcript("main").context()).toHaveLength(1);
    expect(log.warnings[0]).toMatch(/1 unreadable lines were left out\. Before: .*\.bak-\d+-\d+$/);
  });
});

describe("forks", () => {
  const parent = () => {
    const opened = testSessions();
    const { sessions } = opened;
    sessions.ensure("agent:main:discord:channel:1");
    const transcript = sessions.transcript("agent:main:discord:channel:1");
    const a = transcript.appendMessage(user("a"));
    transcript.append({ type: "label", targetId: a.id, label: "start" });
    transcript.appendMessage(answer("lost"));
    transcript.branch(a.id);
    transcript.appendMessage(answer("b"));
    return opened;
  };
  const thread = "agent:main:discord:channel:2";
  const parentKey = "agent:main:discord:channel:1";

  test("a new thread begins with the active branch of its parent", () => {
    const { sessions } = parent();
    const { entry, fork } = sessions.ensure(thread, { parentKey, threadId: "2" });
    expect(fork).toBe("copied");
    expect(entry.sessionFile).toMatch(/sessions\/2026-02-09T08-53-00-000Z_[0-9a-f-]{36}\.jsonl$/);
    const lines = readFileSync(entry.sessionFile!, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines[0]).toMatchObject({ id: entry.sessionId, parentSession: sessions.transcriptPath(parentKey) });
    expect(lines.at(-1)).toMatchObject({ type: "label", label: "start", parentId: lines.at(-2).id });
    const copy = sessions.transcript(thread);
    expect(copy.context().map(messageText)).toEqual(["a", "b"]);
    copy.appendMessage(user("c"));
    expect(sessions.transcript(parentKey).context().map(messageText)).toEqual(["a", "b"]);
    expect(statSync(entry.sessionFile!).mode & 0o777).toBe(0o600);
  });

  test("a parent that fills most of the window is not copied", () => {
    const { sessions } = parent();
    sessions.update(parentKey, () => ({ totalTokens: 61, contextTokens: 100 }));
    expect(sessions.ensure(thread, { parentKey }).fork).toBe("too-large");
    expect(sessions.get(thread)).toMatchObject({ parentToSummarize: parentKey, parentSessionKey: parentKey });
    const transcript = sessions.transcript(thread);
    transcript.append({ type: "branch_summary", fromId: "root", summary: "what was said" });
    expect(messageText(transcript.context()[0]!)).toContain("<summary>\nwhat was said\n</summary>");
  });

  test("a parent without a conversation and a thread that exists already are not forked", () => {
    const { sessions } = parent();
    expect(sessions.ensure(thread, { parentKey: "agent:main:nobody" }).fork).toBe("none");
    expect(sessions.ensure(thread, { parentKey, reset: true }).fork).toBe("none");
  });

  test("a fork that fails leaves the session empty and says so", () => {
    const { sessions, log } = parent();
    writeFileSync(sessions.transcriptPath(parentKey)!, '{"type":"session","version":9,"id":"x"}\n');
    expect(sessions.ensure(thread, { parentKey }).fork).toBe("failed");
    expect(log.warnings[0]).toContain("it starts empty");
    expect(sessions.transcript(thread).context()).toEqual([]);
  });
});

describe("deleting and compacting", () => {
  test("the main session is not deleted", () => {
    const { sessions } = testSessions();
    sessions.ensure("main");
    expect(() => sessions.delete("main")).toThrow("Cannot delete the main session (agent:main:main).");
  });

  test("another one is, and its transcript is put aside", () => {
    const { sessions } = testSessions();
    const { entry } = sessions.ensure("agent:main:x");
    sessions.transcript("agent:main:x").appendMessage(user("a"));
    const result = sessions.delete("x");
    expect(result).toEqual({
      key: "agent:main:x",
      deleted: true,
      archived: [`${entry.sessionFile}.deleted.2026-02-09T08-53-00.000Z`],
    });
    expect(readFileSync(result.archived[0]!, "utf8")).toContain('"a"');
    expect(existsSync(entry.sessionFile!)).toBe(false);
    expect(sessions.delete("x")).toEqual({ key: "agent:main:x", deleted: false, archived: [] });
  });

  test("the transcript may be kept", () => {
    const { sessions } = testSessions();
    const { entry } = sessions.ensure("x");
    sessions.transcript("x").appendMessage(user("a"));
    expect(sessions.delete("x", { deleteTranscript: false }).archived).toEqual([]);
    expect(existsSync(entry.sessionFile!)).toBe(true);
  });

  test("a transcript no model accepts is put aside, not deleted", () => {
    const { sessions } = testSessions();
    const { entry } = sessions.ensure("x");
    sessions.transcript("x").appendMessage(user("a"));
    const discarded = sessions.discardTranscript("x");
    expect(discarded.archived).toEqual([`${entry.sessionFile}.reset.2026-02-09T08-53-00.000Z`]);
    expect(discarded.entry.sessionId).not.toBe(entry.sessionId);
  });

  test("compacting keeps a valid file with the last entries and archives the rest", () => {
    const { sessions } = testSessions();
    const { entry } = sessions.ensure("x");
    const transcript = sessions.transcript("x");
    transcript.appendMessage(user("one"));
    transcript.appendMessage({
      ...answer(""),
      content: [{ type: "toolCall", id: "c", name: "exec", arguments: {} }],
      stopReason: "toolUse",
    });
    transcript.appendMessage({
      role: "toolResult",
      toolCallId: "c",
      toolName: "exec",
      content: [],
      isError: false,
      timestamp: 1,
    });
    transcript.appendMessage(answer("two"));
    transcript.appendMessage(user("three"));
    sessions.update("x", () => ({ inputTokens: 1, outputTokens: 1, totalTokens: 1 }));
    const before = readFileSync(entry.sessionFile!, "utf8");
    expect(sessions.compact("x", { maxLines: 10 })).toEqual({ key: "agent:main:x", compacted: false, kept: 5 });
    const result = sessions.compact("x", { maxLines: 3 });
    expect(result).toEqual({
      key: "agent:main:x",
      compacted: true,
      kept: 2,
      archived: `${entry.sessionFile}.bak.2026-02-09T08-53-00.000Z`,
    });
    expect(readFileSync(result.archived!, "utf8")).toBe(before);
    const lines = readFileSync(entry.sessionFile!, "utf8")
      .trimEnd()
      .split("\n")
      .map((line) => JSON.parse(line));
    expect(lines).toHaveLength(3);
    expect(lines[1]).toMatchObject({ parentId: null });
    expect(sessions.transcript("x").context().map(messageText)).toEqual(["two", "three"]);
    expect(sessions.get("x")).not.toHaveProperty("totalTokens");
    expect(sessions.compact("nobody")).toEqual({ key: "agent:main:nobody", compacted: false, reason: "no sessionId" });
    sessions.ensure("silent");
    expect(sessions.compact("silent")).toMatchObject({ compacted: false, reason: "no transcript" });
  });
});

describe("many sessions", () => {
  test("a transcript is one object while somebody holds it, and stays usable after it was closed for others", () => {
    const { sessions } = testSessions({}, { limits: { openTranscripts: 4 } });
    for (let i = 0; i < 20; i++) sessions.ensure(`s${i}`);
    const first = sessions.transcript("s0");
    first.appendMessage(user("a"));
    const b = first.appendMessage(answer("b"));
    first.appendMessage(user("c"));
    first.branch(b.id);
    for (let i = 1; i < 20; i++) sessions.transcript(`s${i}`).appendMessage(user("x"));
    expect(first.isOpen).toBe(false);
    expect(sessions.transcript("s0")).toBe(first);
    first.appendMessage(user("d"));
    expect(first.context().map(messageText)).toEqual(["a", "b", "d"]);
  });

  test("what is kept in memory is bounded", () => {
    const { sessions } = testSessions({}, { limits: { loadedCharacters: 50_000 } });
    const held = Array.from({ length: 30 }, (_, i) => {
      sessions.ensure(`s${i}`);
      const transcript = sessions.transcript(`s${i}`);
      transcript.appendMessage(user("x".repeat(10_000)));
      return transcript;
    });
    sessions.transcript("s0");
    expect(held.reduce((sum, transcript) => sum + transcript.loadedSize, 0)).toBeLessThanOrEqual(50_000);
  });

  test("everything is there after close and open", async () => {
    const stateDir = tempDir();
    const one = testSessions({}, { stateDir });
    const { entry } = one.sessions.ensure("main");
    one.sessions.transcript("main").appendMessage(user("a"));
    await one.sessions.close();
    const two = testSessions({}, { stateDir });
    expect(two.sessions.get("main")).toEqual(entry);
    expect(two.sessions.transcript("main").context().map(messageText)).toEqual(["a"]);
    expect(readdirSync(join(stateDir, "agents/main/sessions")).sort()).toEqual([
      `${entry.sessionId}.jsonl`,
      "sessions.json",
      "sessions.json.log",
    ]);
  });
});
