import { silentLog } from "@openclaw/log";
import type { Delivery } from "@openclaw/plugin-sdk";
import { describe, expect, it } from "vitest";
import type { PendingApproval } from "./approval-desk.ts";
import { createApprovalForwarding, type ForwardingConfig } from "./forward-approvals.ts";

const approval = (request: Partial<PendingApproval["request"]> = {}): PendingApproval => ({
  id: "11111111-2222",
  createdAtMs: 0,
  expiresAtMs: 120_000,
  request: {
    command: "rm -rf build",
    cwd: "/work",
    host: "gateway",
    security: "allowlist",
    ask: "on-miss",
    agentId: "main",
    resolvedPath: "/bin/rm",
    sessionKey: "agent:main:telegram:direct:7",
    ...request,
  },
});

function forwarding(config: ForwardingConfig | undefined) {
  const sent: Delivery[] = [];
  const posted: string[] = [];
  const subject = createApprovalForwarding({
    config: () => config,
    entry: () => ({ sessionId: "s", updatedAt: 1, deliveryContext: { channel: "telegram", to: "7" } }),
    canSend: (channel) => channel !== "signal",
    post: async (chat, _id, deliveries) => {
      posted.push(chat);
      sent.push(...deliveries);
    },
    redact: (text) => text.replace("hunter2", "***"),
    clock: { now: () => 500 },
    log: silentLog,
  });
  return { ...subject, sent, posted };
}

describe("commands that wait for an approval", () => {
  it("are shown in the chat of their session, and so is what became of them", () => {
    const subject = forwarding({ enabled: true });
    subject.requested(approval());
    expect(subject.posted).toEqual(["telegram|default|7|"]);
    expect(subject.sent[0]?.text?.split("\n")).toEqual([
      "🔒 Exec approval required",
      "ID: 11111111-2222",
      "Command:",
      "```",
      "rm -rf build",
      "```",
      "CWD: /work",
      "Host: gateway",
      "Agent: main",
      "Security: allowlist",
      "Ask: on-miss",
      "Expires in: 120s",
      "Reply with: /approve 11111111-2222 allow-once|allow-always|deny",
    ]);
    subject.resolved(approval(), "deny", "Peter");
    expect(subject.sent[1]).toMatchObject({
      to: "7",
      text: "✅ Exec approval deny. Resolved by Peter. ID: 11111111-2222",
    });
    subject.resolved(approval(), "deny", "Peter");
    expect(subject.sent).toHaveLength(2);
  });

  it("tell of their expiry", () => {
    const subject = forwarding({ enabled: true });
    subject.requested(approval());
    subject.resolved(approval(), null, null);
    expect(subject.sent[1]?.text).toBe("⏱️ Exec approval expired. ID: 11111111-2222");
  });

  it("are shown in fixed places, each once, as far as the channel is there", () => {
    const targets = [
      { channel: "telegram", to: "7" },
      { channel: "slack", to: "C1", accountId: "work", threadId: 5 },
      { channel: "signal", to: "+1" },
    ];
    const both = forwarding({ enabled: true, mode: "both", targets });
    both.requested(approval());
    expect(both.posted).toEqual(["telegram|default|7|", "slack|work|C1|5"]);
    const fixed = forwarding({ enabled: true, mode: "targets", targets: targets.slice(1, 2) });
    fixed.requested(approval());
    expect(fixed.sent[0]).toMatchObject({ channel: "slack", accountId: "work", to: "C1", threadId: "5" });
  });

  it("stay where they are unless it is switched on and the filters fit", () => {
    const counts = (config: ForwardingConfig | undefined) => {
      const subject = forwarding(config);
      subject.requested(approval());
      subject.resolved(approval(), "deny", null);
      return subject.sent.length;
    };
    expect(counts(undefined)).toBe(0);
    expect(counts({})).toBe(0);
    expect(counts({ enabled: true, agentFilter: ["work"] })).toBe(0);
    expect(counts({ enabled: true, agentFilter: ["main"] })).toBe(2);
    expect(counts({ enabled: true, sessionFilter: ["slack", "direct:[0-9]$"] })).toBe(2);
    expect(counts({ enabled: true, sessionFilter: ["slack", "("] })).toBe(0);
  });

  it("cannot break out of their block, and show no secrets", () => {
    const subject = forwarding({ enabled: true });
    subject.requested(approval({ command: "echo ```\nhunter2", cwd: null }));
    const text = subject.sent[0]?.text ?? "";
    expect(text).toContain("````\necho ```\n***\n````");
    expect(text).not.toContain("CWD");
  });
});
