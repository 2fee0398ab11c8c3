import { describe, expect, it } from "vitest";
import { authorize } from "./authorize.ts";

const operator = (protocol: 3 | 4, ...scopes: string[]) => ({ role: "operator" as const, scopes, protocol });
const node = { role: "node" as const, scopes: [], protocol: 3 as const };

describe("authorize", () => {
  it("keeps operators from the methods of nodes and nodes from all others", () => {
    for (const name of ["node.invoke.result", "node.event", "skills.bins"]) {
      expect(authorize(name, node)).toBeUndefined();
      expect(authorize(name, operator(3, "operator.admin"))).toEqual({
        code: "INVALID_REQUEST",
        message: "unauthorized role: operator",
      });
    }
    for (const name of ["health", "connect", "no.such.method"]) {
      expect(authorize(name, node)).toEqual({ code: "INVALID_REQUEST", message: "unauthorized role: node" });
    }
  });

  it("lets admin call everything, unknown names included", () => {
    for (const name of ["health", "chat.send", "device.pair.list", "exec.approval.request", "no.such.method"]) {
      expect(authorize(name, operator(3, "operator.admin"))).toBeUndefined();
    }
  });

  it("lets write read, but not the other way round", () => {
    expect(authorize("health", operator(3, "operator.write"))).toBeUndefined();
    expect(authorize("chat.send", operator(3, "operator.read"))).toEqual({
      code: "INVALID_REQUEST",
      message: "missing scope: operator.write",
    });
  });

  it("says FORBIDDEN with details on version 4", () => {
    expect(authorize("chat.send", operator(4, "operator.read"))).toEqual({
      code: "FORBIDDEN",
      message: "missing scope: operator.write",
      details: { code: "MISSING_SCOPE", missingScope: "operator.write", requiredScopes: ["operator.write"] },
    });
  });

  it("applies the scope of the connection's version", () => {
    expect(authorize("config.get", operator(3, "operator.read"))?.message).toBe("missing scope: operator.admin");
    expect(authorize("config.get", operator(4, "operator.read"))).toBeUndefined();
    expect(authorize("talk.mode", operator(4, "operator.talk"))).toBeUndefined();
    expect(authorize("talk.mode", operator(4, "operator.write"))).toBeUndefined();
    expect(authorize("talk.mode", operator(3, "operator.talk"))?.message).toBe("missing scope: operator.write");
  });

  it("treats a method the version does not know like an unknown name", () => {
    expect(authorize("sessions.subscribe", operator(4, "operator.read"))).toBeUndefined();
    expect(authorize("sessions.subscribe", operator(3, "operator.read"))?.message).toBe(
      "missing scope: operator.admin",
    );
    expect(authorize("node.pair.verify", operator(3, "operator.pairing"))).toBeUndefined();
    expect(authorize("node.pair.verify", operator(4, "operator.pairing"))?.message).toBe(
      "missing scope: operator.admin",
    );
  });

  it("looks at the parameters where version 4 does", () => {
    const writer = operator(4, "operator.write");
    expect(authorize("sessions.patch", { ...writer, params: { key: "main", label: "x" } })).toBeUndefined();
    expect(authorize("sessions.patch", { ...writer, params: { key: "main", execHost: "node" } })?.message).toBe(
      "missing scope: operator.admin",
    );
    expect(authorize("sessions.patch", { ...writer, params: "x" })?.message).toBe("missing scope: operator.admin");
    expect(authorize("node.invoke", { ...writer, params: { command: "system.which" } })).toBeUndefined();
    expect(authorize("node.invoke", { ...writer, params: { command: "camera.snap" } })?.message).toBe(
      "missing scope: operator.admin",
    );
  });

  it("takes the scope a plugin declared, for names that are not built in only", () => {
    const reader = { ...operator(3, "operator.read"), pluginScope: "operator.read" as const };
    expect(authorize("voicecall.status", reader)).toBeUndefined();
    expect(authorize("config.set", reader)?.message).toBe("missing scope: operator.admin");
  });

  it("takes scopes as a set as well", () => {
    expect(authorize("health", { role: "operator", scopes: new Set(["operator.read"]), protocol: 3 })).toBeUndefined();
  });

  it("does not take names of Object's own properties for methods", () => {
    expect(authorize("constructor", operator(3, "operator.write"))?.message).toBe("missing scope: operator.admin");
  });
});
