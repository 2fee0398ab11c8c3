import { GatewayClientError } from "@openclaw/client";
import type { ExecApprovalRequest, HelloOk } from "@openclaw/protocol";
import { describe, expect, it } from "vitest";
import { type Approval, createApprovals, endText, secondsLeft } from "../src/approvals/approvals.ts";

const question = (id: string, more: Partial<ExecApprovalRequest["request"]> = {}): ExecApprovalRequest => ({
  id,
  request: {
    command: "ls",
    cwd: "/work",
    host: "gateway",
    security: "allowlist",
    ask: "on-miss",
    agentId: "main",
    resolvedPath: "/bin/ls",
    sessionKey: "agent:main:main",
    ...more,
  },
  createdAtMs: 1000,
  expiresAtMs: 121_000,
});
const hello = (protocol: number, methods: string[]) => ({ protocol, features: { methods } }) as unknown as HelloOk;

function page(answer: (method: string, params: never) => unknown = () => ({ ok: true })) {
  const calls: [string, unknown][] = [];
  const timers: (() => void)[] = [];
  const approvals = createApprovals({
    request: async (method, params) => {
      calls.push([method, params]);
      return answer(method, params as never) as never;
    },
    onChange: () => {},
    after: (_ms, action) => void timers.push(action),
  });
  return { approvals, calls, timers, states: () => approvals.list.map(({ id, state }) => [id, state]) };
}

describe("approvals on the page", () => {
  it("come with an event, once, and end with one that says who decided", () => {
    const { approvals } = page();
    approvals.requested(question("a"));
    approvals.requested(question("a"));
    expect(approvals.list).toEqual([
      {
        id: "a",
        command: "ls",
        cwd: "/work",
        host: "gateway",
        resolvedPath: "/bin/ls",
        security: "allowlist",
        ask: "on-miss",
        agentId: "main",
        sessionKey: "agent:main:main",
        createdAtMs: 1000,
        expiresAtMs: 121_000,
        state: "pending",
      },
    ]);
    approvals.resolved({ id: "a", decision: "allow-once", resolvedBy: "Peter" });
    expect(approvals.list[0]?.state).toEqual({ kind: "allow-once", by: "Peter" });
    approvals.dismiss("a");
    expect(approvals.list).toEqual([]);
  });

  it("are loaded on connecting, and those that no longer wait are told apart", async () => {
    const subject = page(() => [question("b")]);
    subject.approvals.requested(question("a"));
    await subject.approvals.connected(hello(4, ["exec.approval.list"]));
    expect(subject.states()).toEqual([
      ["a", { kind: "gone" }],
      ["b", "pending"],
    ]);
  });

  it("are not asked for where the Gateway cannot tell", async () => {
    const { approvals, calls } = page();
    await approvals.connected(hello(3, []));
    await approvals.connected(hello(4, []));
    expect(calls).toEqual([]);
  });

  it("are decided by the user, once", async () => {
    const subject = page();
    subject.approvals.requested(question("a"));
    const first = subject.approvals.decide("a", "allow-always");
    expect(subject.states()).toEqual([["a", "sending"]]);
    await Promise.all([first, subject.approvals.decide("a", "deny")]);
    expect(subject.calls).toEqual([["exec.approval.resolve", { id: "a", decision: "allow-always" }]]);
    expect(subject.states()).toEqual([["a", { kind: "allow-always" }]]);
  });

  it("tell of a decision made here for a while, and of others until they are dismissed", async () => {
    const subject = page((_method, { id }: { id: string }) => {
      subject.approvals.resolved({ id, decision: "deny", resolvedBy: "this page" });
      return { ok: true };
    });
    for (const id of "ab") subject.approvals.requested(question(id));
    subject.approvals.resolved({ id: "b", decision: "deny", resolvedBy: "Peter" });
    await subject.approvals.decide("a", "deny");
    expect(subject.states()).toEqual([
      ["a", { kind: "deny" }],
      ["b", { kind: "deny", by: "Peter" }],
    ]);
    for (const fire of subject.timers) fire();
    expect(subject.states().map(([id]) => id)).toEqual(["b"]);
  });

  it("stay open with the error when the decision did not arrive", async () => {
    const { approvals } = page(() => {
      throw new GatewayClientError("disconnected", "the connection was lost");
    });
    approvals.requested(question("a"));
    await approvals.decide("a", "deny");
    expect(approvals.list[0]).toMatchObject({ state: "pending", error: "the connection was lost" });
    approvals.dismiss("a");
    expect(approvals.list).toHaveLength(1);
  });

  it("are gone when the Gateway no longer knows them", async () => {
    const { approvals } = page(() => {
      throw new GatewayClientError("refused", "unknown or expired approval id");
    });
    approvals.requested(question("a"));
    await approvals.decide("a", "deny");
    expect(approvals.list[0]?.state).toEqual({ kind: "gone" });
  });

  it("keep only the last decided ones", () => {
    const { approvals } = page();
    for (const id of "abcdefgh") {
      approvals.requested(question(id));
      approvals.resolved({ id, decision: null });
    }
    expect(approvals.list.map(({ id }) => id).join("")).toBe("defgh");
  });
});

it("counts down by the time the Gateway gives, whatever the clock of the page says", () => {
  const approval = { createdAtMs: 1000, expiresAtMs: 121_000 } as Approval;
  expect(secondsLeft(approval, 61_500)).toBe(60);
  expect(secondsLeft(approval, -500_000)).toBe(120);
  expect(secondsLeft(approval, 500_000)).toBe(0);
});

it("says what became of it", () => {
  expect(endText({ kind: "deny", by: "Peter" })).toBe("Denied by Peter");
  expect(endText({ kind: "expired" })).toBe("Nobody answered in time");
});
