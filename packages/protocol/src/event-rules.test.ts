import { describe, expect, it } from "vitest";
import { advertisedEvents, eventScope, isDroppable, mayReceive } from "./event-rules.ts";
import { events } from "./events.ts";

const operator = (...scopes: string[]) => ({ role: "operator" as const, scopes });
const node = { role: "node" as const, scopes: [] };

describe("mayReceive", () => {
  it("gives approvals and pairing to their scopes and to admin", () => {
    for (const [name, scope] of [
      ["exec.approval.requested", "operator.approvals"],
      ["exec.approval.resolved", "operator.approvals"],
      ["device.pair.requested", "operator.pairing"],
      ["node.pair.resolved", "operator.pairing"],
    ] as const) {
      expect(eventScope(name)).toBe(scope);
      expect(mayReceive(name, operator(scope))).toBe(true);
      expect(mayReceive(name, operator("operator.admin"))).toBe(true);
      expect(mayReceive(name, operator("operator.read", "operator.write"))).toBe(false);
    }
  });

  it("gives runs, presence and jobs to whoever may read, events of plugins too", () => {
    for (const name of ["agent", "chat", "presence", "cron", "plugin.something"]) {
      expect(mayReceive(name, operator("operator.write"))).toBe(true);
      expect(mayReceive(name, operator("operator.approvals"))).toBe(false);
      expect(mayReceive(name, node)).toBe(false);
    }
  });

  it("gives the plain notices to every operator", () => {
    for (const name of ["tick", "shutdown", "health", "heartbeat", "talk.mode", "voicewake.changed"]) {
      expect(eventScope(name)).toBeUndefined();
      expect(mayReceive(name, operator())).toBe(true);
    }
  });

  it("gives nodes tick, shutdown and wake words, and the rest by subscription", () => {
    for (const name of ["tick", "shutdown", "voicewake.changed"]) expect(mayReceive(name, node)).toBe(true);
    for (const name of ["heartbeat", "talk.mode"]) expect(mayReceive(name, { ...node, subscribed: true })).toBe(false);
    for (const name of ["health", "agent", "chat"]) {
      expect(mayReceive(name, node)).toBe(false);
      expect(mayReceive(name, { ...node, subscribed: true })).toBe(true);
    }
  });

  it("never broadcasts what is for one connection", () => {
    for (const name of ["connect.challenge", "node.invoke.request"]) {
      expect(mayReceive(name, operator("operator.admin"))).toBe(false);
    }
  });

  it("keeps events of version 4 from version 3", () => {
    expect(mayReceive("sessions.changed", { ...operator("operator.read"), protocol: 4 })).toBe(true);
    expect(mayReceive("sessions.changed", { ...operator("operator.admin"), protocol: 3 })).toBe(false);
  });
});

describe("isDroppable", () => {
  it("lets a slow client miss ticks and deltas, but no end of a run", () => {
    expect(isDroppable("tick")).toBe(true);
    expect(isDroppable("chat", { state: "delta" })).toBe(true);
    expect(isDroppable("chat", { state: "final" })).toBe(false);
    expect(isDroppable("chat")).toBe(false);
    expect(isDroppable("agent", {})).toBe(false);
    expect(isDroppable("health")).toBe(false);
  });
});

describe("the catalogue of events", () => {
  it("has a payload schema under its own name for every event", () => {
    for (const [name, contract] of Object.entries(events)) expect(contract.name).toBe(name);
    expect(Object.keys(events).toSorted()).toEqual(advertisedEvents(4).toSorted());
  });
});
