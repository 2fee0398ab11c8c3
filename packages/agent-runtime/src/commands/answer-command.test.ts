import { describe, expect, it } from "vitest";
import { commandRequest, commandServices } from "../testing/command-services.ts";
import type { AllowlistStore } from "./allowlist-command.ts";
import { answerCommand } from "./answer-command.ts";
import type { BashJob, BashJobs } from "./bash-command.ts";
import type { CommandRequest, CommandServices, CompactionOutcome } from "./command-request.ts";
import type { StatusFacts } from "./status-card.ts";
import type { SubagentAnswer, SubagentControl, SubagentRun } from "./subagents-command.ts";

/** The answer to a message that is a command. */
async function answer(
  text: string,
  services: CommandServices,
  more: Partial<CommandRequest> = {},
): Promise<string | undefined> {
  const recognised = services.registry.recognise(text);
  if (!recognised) throw new Error(`${text} is no command`);
  return (await answerCommand(recognised, commandRequest("", more), services)).text;
}

describe("/approve", () => {
  const decided: string[] = [];
  const services = commandServices({
    approvals: {
      async resolveApproval(id, decision) {
        if (id === "gone") throw new Error("unknown approval id");
        decided.push(`${id} ${decision}`);
      },
    },
  });

  it("takes id and decision in either order and by other names", async () => {
    expect(await answer("/approve a1 allow-once", services)).toBe("✅ Exec approval allow-once submitted for a1.");
    for (const text of ["/approve always a2", "/approve a3 block", "/approve once a4"]) await answer(text, services);
    expect(decided).toEqual(["a1 allow-once", "a2 allow-always", "a3 deny", "a4 allow-once"]);
    for (const text of ["/approve", "/approve a1", "/approve a1 perhaps", "/approve a b c"]) {
      expect(await answer(text, services)).toBe("Usage: /approve <id> allow-once|allow-always|deny");
    }
  });

  it("says what went wrong, and needs the scope for it", async () => {
    expect(await answer("/approve gone deny", services)).toBe("❌ Failed to submit approval: unknown approval id");
    const sender = { id: "me", mayApprove: false, mayConfigure: true };
    expect(await answer("/approve a1 deny", services, { sender })).toBe(
      "❌ /approve requires operator.approvals for gateway clients.",
    );
  });
});

describe("/bash", () => {
  const jobs = (answers: Partial<BashJobs>): BashJobs => ({
    current: () => undefined,
    start: async () => {
      throw new Error("no shell");
    },
    stop: async () => {},
    reported: () => {},
    ...answers,
  });
  const running: BashJob = { session: "s1", command: "sleep 9", startedAt: 4000, output: "zz\n", state: "running" };

  it("reports an end at once, or how to come back to what still runs", async () => {
    const ended: BashJob = {
      session: "s1",
      command: "ls",
      startedAt: 0,
      output: "a\n```\n",
      state: "exited",
      exitCode: 2,
    };
    expect(await answer("! ls", commandServices({ bash: jobs({ start: async () => ended }) }))).toBe(
      "⚙️ bash: ls\nExit: 2\n````txt\na\n```\n````",
    );
    expect(await answer("/bash sleep 9", commandServices({ bash: jobs({ start: async () => running }) }))).toBe(
      "⚙️ bash started (session s1). Still running; use !poll / !stop (or /bash poll / /bash stop).",
    );
    expect(await answer("/bash nope", commandServices({ bash: jobs({}) }))).toBe("⚠️ bash failed: nope\nno shell");
  });

  it("runs one job at a time, which can be looked at and stopped", async () => {
    const stopped: string[] = [];
    const bash = jobs({ current: () => running, stop: async (session) => void stopped.push(session) });
    const services = commandServices({ bash });
    expect(await answer("!ls", services)).toBe(
      "⚠️ A bash job is already running (s1). Use !poll / !stop (or /bash poll / /bash stop).",
    );
    expect(await answer("!poll", services)).toBe("⚙️ bash still running (session s1, 6s).\n```txt\nzz\n```");
    expect(await answer("!stop", services)).toBe("⚙️ bash stopped (session s1).");
    expect(stopped).toEqual(["s1"]);
    const shown: string[] = [];
    const ended: BashJob = { ...running, state: "exited", exitCode: 0 };
    const after = jobs({ current: () => ended, reported: (session) => void shown.push(session) });
    expect(await answer("/bash poll", commandServices({ bash: after }))).toBe(
      "⚙️ bash: sleep 9\nExit: 0\n```txt\nzz\n```",
    );
    expect(shown).toEqual(["s1"]);
    expect(await answer("!poll", commandServices({ bash: jobs({}) }))).toBe("⚙️ No active bash job.");
  });

  it("needs its switch and the gates of elevated commands", async () => {
    const off = commandServices({ bash: jobs({}), config: () => ({}) });
    expect(await answer("! ls", off)).toMatch(/^⚠️ bash is disabled\. Set commands\.bash=true to enable\. Docs: /);
    const sender = { id: "somebody", mayApprove: true, mayConfigure: true };
    expect(await answer("! ls", commandServices({ bash: jobs({}) }), { sender })).toMatch(
      /^elevated is not available right now \(runtime=direct\)\.\nFailing gates: allowFrom/,
    );
  });
});

describe("/compact", () => {
  const facts = { context: { used: 4000, window: 128_000 } } as StatusFacts;
  const compacting = (outcome: CompactionOutcome) => {
    const asked: (string | undefined)[] = [];
    const services = commandServices({
      statusFacts: async () => facts,
      compaction: {
        async compact(_key, instructions) {
          asked.push(instructions);
          return outcome;
        },
      },
    });
    return { services, asked };
  };

  it("says what became of the context, to the user and to the model", async () => {
    const { services, asked } = compacting({ status: "compacted", tokensBefore: 100_000, tokensAfter: 4000 });
    expect(await answer("/compact", services)).toBe("⚙️ Compaction unavailable (missing session id).");
    services.session.patch("k", {});
    const line = "⚙️ Compacted (100k → 4.0k) • Context 4.0k/128k (3%)";
    expect(await answer("/compact keep the names", services)).toBe(line);
    expect(asked).toEqual(["keep the names"]);
    expect(services.events).toEqual([line]);
  });

  it("says why nothing was done", async () => {
    const { services } = compacting({ status: "skipped", reason: "Already compacted" });
    services.session.patch("k", {});
    expect(await answer("/compact", services)).toBe("⚙️ Compaction skipped: Already compacted • Context 4.0k/128k (3%)");
  });
});

describe("/stop", () => {
  it("tells what was stopped and discarded", async () => {
    const stopping = (subagents: number, discarded: number) =>
      answer("/stop", commandServices({ stop: () => ({ subagents, discarded }) }));
    expect(await stopping(0, 0)).toBe("⚙️ Agent was aborted.");
    expect(await stopping(1, 0)).toBe("⚙️ Agent was aborted. Stopped 1 sub-agent.");
    expect(await stopping(2, 3)).toBe("⚙️ Agent was aborted. Stopped 2 sub-agents. Discarded 3 queued messages.");
  });
});

describe("/subagents", () => {
  const run = (id: string, more: Partial<SubagentRun> = {}): SubagentRun => ({
    runId: id,
    childSessionKey: `agent:main:subagent:${id}`,
    requesterSessionKey: "agent:main:main",
    label: `task ${id}`,
    task: "look",
    status: "running",
    createdAt: 1000,
    cleanup: "keep",
    ...more,
  });
  const runs = [run("aaaa1111-x"), run("aaaa2222-y", { status: "done", endedAt: 66_000 })];
  const control = (more: Partial<SubagentControl> = {}): SubagentControl => ({
    list: () => runs,
    stop: async () => {},
    log: async () => [],
    send: async () => ({ status: "timeout", runId: "bbbb1111-z" }),
    ...more,
  });

  it("lists them, and says when there are none", async () => {
    expect(await answer("/subagents", commandServices({ subagents: control() }))).toBe(
      [
        "🧭 Subagents (current session)",
        "Active: 1 · Done: 1",
        "1) running · task aaaa1111-x · 9s · run aaaa1111 · agent:main:subagent:aaaa1111-x",
        "2) done · task aaaa2222-y · 1m 5s · run aaaa2222 · agent:main:subagent:aaaa2222-y",
      ].join("\n"),
    );
    const none = commandServices({ subagents: control({ list: () => [] }) });
    expect(await answer("/subagents list", none)).toBe("🧭 Subagents: none for this session.");
  });

  it("finds one by number, last, beginning of its id or session key", async () => {
    const stopped: string[] = [];
    const services = commandServices({ subagents: control({ stop: async ({ runId }) => void stopped.push(runId) }) });
    expect(await answer("/subagents stop #1", services)).toBe("⚙️ Stop requested for task aaaa1111-x.");
    expect(await answer("/subagents stop last", services)).toBe("⚙️ Subagent already finished.");
    expect(await answer("/subagents stop aaaa1", services)).toMatch(/^⚙️ Stop requested/);
    expect(await answer("/subagents stop agent:main:subagent:aaaa1111-x", services)).toMatch(/^⚙️ Stop requested/);
    expect(await answer("/subagents stop all", services)).toBe("⚙️ Stopped 1 subagent.");
    expect(stopped).toHaveLength(4);
    expect(await answer("/subagents stop", services)).toBe("⚠️ Missing subagent id.");
    expect(await answer("/subagents stop 9", services)).toBe("⚠️ Invalid subagent index: 9");
    expect(await answer("/subagents stop agent:x", services)).toBe("⚠️ Unknown subagent session: agent:x");
    expect(await answer("/subagents stop aaaa", services)).toBe("⚠️ Ambiguous run id prefix: aaaa");
    expect(await answer("/subagents stop zz", services)).toBe("⚠️ Unknown subagent id: zz");
    expect(await answer("/subagents dance", services)).toMatch(/^🧭 Usage: /);
  });

  it("reads and writes to one", async () => {
    const asked: unknown[] = [];
    const log: SubagentControl["log"] = async (_run, options) => {
      asked.push(options);
      return [
        { role: "user", text: "look" },
        { role: "assistant", text: "found" },
      ];
    };
    const sending = (outcome: SubagentAnswer) =>
      answer("/subagents send 1 hello  you", commandServices({ subagents: control({ send: async () => outcome }) }));
    const services = commandServices({ subagents: control({ log }) });
    expect(await answer("/subagents log 1 500 tools", services)).toBe(
      "📜 Subagent log: task aaaa1111-x\nUser: look\nAssistant: found",
    );
    expect(asked).toEqual([{ limit: 200, tools: true }]);
    expect(await answer("/subagents log 1", commandServices({ subagents: control() }))).toMatch(/\(no messages\)$/);
    expect(await answer("/subagents info 2", services)).toMatch(
      /^ℹ️ Subagent info\nStatus: done\nLabel: task aaaa2222-y\n/,
    );
    expect(await sending({ status: "ok", runId: "r", reply: "hi" })).toBe("hi");
    expect(await sending({ status: "ok", runId: "bbbb1111-z", reply: undefined })).toBe(
      "✅ Sent to task aaaa1111-x (run bbbb1111).",
    );
    expect(await sending({ status: "timeout", runId: "bbbb1111-z" })).toBe("⏳ Subagent still running (run bbbb1111).");
    expect(await sending({ status: "error", runId: "bbbb1111-z", error: "no model" })).toBe(
      "⚠️ Subagent error: no model (run bbbb1111).",
    );
  });
});

describe("/allowlist", () => {
  it("adds and removes entries where it is told to, on the channel it is told", async () => {
    const written: unknown[] = [];
    const allowlist: AllowlistStore = {
      read: async (channel) =>
        channel === "telegram"
          ? { dmPolicy: "pairing", groupPolicy: "allowlist", dm: ["1"], group: [], paired: ["2", "3"] }
          : undefined,
      writeConfig: async (...change) => void written.push(change),
      writeStore: async (...change) => void written.push(change),
    };
    const services = commandServices({ allowlist });
    expect(await answer("/allowlist list dm channel=telegram", services)).toBe(
      "🧾 Allowlist\nChannel: telegram\nDM policy: pairing · Group policy: allowlist\nDM allowFrom (config): 1\nPaired allowFrom (store): 2, 3",
    );
    expect(await answer("/allowlist add 9 channel=telegram", services)).toBe("✅ DM allowlist added: 9 (config).");
    expect(await answer("/allowlist remove 3 --channel telegram", services)).toBe(
      "✅ DM allowlist removed: 3 (store).",
    );
    expect(await answer("/allowlist add 9 group channel=telegram", services)).toBe(
      "✅ Group allowlist added: 9 (config).",
    );
    expect(written).toEqual([
      ["telegram", undefined, "dm", ["1", "9"]],
      ["telegram", undefined, ["2"]],
      ["telegram", undefined, "group", ["9"]],
    ]);
    expect(await answer("/allowlist remove 7 channel=telegram", services)).toBe("⚠️ Entry not found.");
    expect(await answer("/allowlist add channel=telegram", services)).toBe("⚠️ Invalid allowlist entry.");
    expect(await answer("/allowlist list channel=irc", services)).toBe(
      "⚠️ Unknown channel. Add channel=<id> to the command.",
    );
    const off = commandServices({ allowlist, config: () => ({}) });
    expect(await answer("/allowlist add 9 channel=telegram", off)).toBe(
      "⚠️ /allowlist edits are disabled. Set commands.config=true to enable.",
    );
  });
});
