import { authorize, type MethodName, methods } from "@openclaw/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Json, RawClient } from "../src/testing/raw-client.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";
import { servedMethods } from "./served-methods.ts";

const catalogue = Object.keys(methods) as MethodName[];
const scopeSets = [
  ["operator.read"],
  ["operator.write"],
  ["operator.admin"],
  ["operator.approvals"],
  ["operator.pairing"],
  ["operator.something"],
];

const isKnown = (method: string, protocol: number) =>
  ![3, 4].some((only) => only !== protocol && methods[method as MethodName].only === only);

const forNodes = (method: string) => methods[method as MethodName].scope === "node";

/** The scope each served method needs, on version 3 and, where it differs, on version 4. */
const needed: Record<string, string | readonly [v3: string, v4: string]> = {
  health: "operator.read",
  status: "operator.read",
  "logs.tail": "operator.read",
  "system-presence": "operator.read",
  "system-event": "operator.admin",
  wake: "operator.write",
  "last-heartbeat": "operator.read",
  "set-heartbeats": "operator.admin",
  "cron.list": "operator.read",
  "cron.status": "operator.read",
  "cron.add": "operator.admin",
  "cron.update": "operator.admin",
  "cron.remove": "operator.admin",
  "cron.run": "operator.admin",
  "cron.runs": "operator.read",
  "commands.list": "operator.read",
  "config.get": ["operator.admin", "operator.read"],
  "config.schema": ["operator.admin", "operator.read"],
  "config.set": "operator.admin",
  "config.patch": "operator.admin",
  "config.apply": "operator.admin",
  "models.list": "operator.read",
  "usage.status": "operator.read",
  "usage.cost": "operator.read",
  "agents.list": "operator.read",
  "agent.identity.get": "operator.read",
  agent: "operator.write",
  "agent.wait": "operator.write",
  "chat.send": "operator.write",
  "chat.abort": "operator.write",
  "chat.history": "operator.read",
  "chat.inject": "operator.admin",
  "sessions.list": "operator.read",
  "sessions.preview": "operator.read",
  "sessions.resolve": ["operator.admin", "operator.read"],
  // Without a parameter that organises nothing is changed, and version 4 asks for no more than that.
  "sessions.patch": ["operator.admin", "operator.write"],
  "sessions.reset": "operator.admin",
  "sessions.delete": ["operator.admin", "operator.write"],
  "sessions.compact": "operator.admin",
  "channels.status": "operator.read",
  "channels.logout": "operator.admin",
  "channels.start": "operator.admin",
  "channels.stop": "operator.admin",
  "channels.capabilities": "operator.read",
  "channels.resolve": "operator.read",
  "channels.directory": "operator.read",
  "web.login.start": "operator.admin",
  "web.login.wait": "operator.admin",
  send: "operator.write",
  poll: ["operator.admin", "operator.write"],
  "message.action": "operator.write",
  "device.pair.list": "operator.pairing",
  "device.pair.approve": "operator.pairing",
  "device.pair.reject": "operator.pairing",
  "device.pair.remove": "operator.pairing",
  "device.pair.rename": "operator.pairing",
  "device.token.rotate": "operator.pairing",
  "device.token.revoke": "operator.pairing",
  "node.list": "operator.read",
  "node.describe": "operator.read",
  "node.rename": "operator.pairing",
  "node.invoke": "operator.write",
  "node.pair.request": "operator.pairing",
  "node.pair.list": "operator.pairing",
  "node.pair.approve": "operator.pairing",
  "node.pair.reject": "operator.pairing",
  "node.pair.verify": "operator.pairing",
  "node.pair.remove": "operator.pairing",
  "exec.approvals.node.get": "operator.admin",
  "exec.approvals.node.set": "operator.admin",
  "exec.approvals.get": "operator.admin",
  "exec.approvals.set": "operator.admin",
  "exec.approval.request": "operator.approvals",
  "exec.approval.resolve": "operator.approvals",
  // Unknown to version 3, where unknown methods need admin.
  "exec.approval.list": ["operator.admin", "operator.approvals"],
  "exec.approval.get": ["operator.admin", "operator.approvals"],
  "exec.approval.waitDecision": ["operator.admin", "operator.approvals"],
  "tts.status": "operator.read",
  "tts.providers": "operator.read",
  "tts.enable": "operator.write",
  "tts.disable": "operator.write",
  "tts.setProvider": "operator.write",
  "tts.convert": "operator.write",
  "talk.config": "operator.read",
  "talk.mode": ["operator.write", "operator.talk"],
  "voicewake.get": "operator.read",
  "voicewake.set": "operator.write",
  "agents.create": "operator.admin",
  "agents.update": "operator.admin",
  "agents.delete": "operator.admin",
  "agents.files.list": ["operator.admin", "operator.read"],
  "agents.files.get": ["operator.admin", "operator.read"],
  "agents.files.set": "operator.admin",
  "sessions.usage": ["operator.admin", "operator.read"],
  "sessions.usage.timeseries": ["operator.admin", "operator.read"],
  "sessions.usage.logs": ["operator.admin", "operator.read"],
  "sessions.subscribe": ["operator.admin", "operator.read"],
  "sessions.messages.subscribe": ["operator.admin", "operator.read"],
  "sessions.messages.unsubscribe": ["operator.admin", "operator.read"],
  "sessions.create": ["operator.admin", "operator.write"],
  "sessions.send": ["operator.admin", "operator.write"],
  "sessions.abort": ["operator.admin", "operator.write"],
  "sessions.describe": ["operator.admin", "operator.read"],
  "chat.startup": ["operator.admin", "operator.read"],
  "gateway.identity.get": ["operator.admin", "operator.read"],
  "skills.status": "operator.read",
  "skills.update": "operator.admin",
  "update.run": "operator.admin",
  "skills.install": "operator.admin",
  "cron.get": ["operator.admin", "operator.read"],
  "tools.catalog": ["operator.admin", "operator.read"],
  "tools.effective": ["operator.admin", "operator.read"],
  "hooks.status": ["operator.admin", "operator.read"],
  "plugins.list": ["operator.admin", "operator.read"],
  "system.info": ["operator.admin", "operator.read"],
  "models.authStatus": ["operator.admin", "operator.read"],
  "gateway.restart.preflight": ["operator.admin", "operator.read"],
  "gateway.restart.request": "operator.admin",
  "channels.pairing.list": ["operator.admin", "operator.pairing"],
  "channels.pairing.approve": ["operator.admin", "operator.pairing"],
  "channels.pairing.dismiss": ["operator.admin", "operator.pairing"],
  "chat.metadata": ["operator.admin", "operator.read"],
  "chat.message.get": ["operator.admin", "operator.read"],
  "sessions.get": ["operator.admin", "operator.read"],
  "approval.get": ["operator.admin", "operator.approvals"],
  "approval.resolve": ["operator.admin", "operator.approvals"],
  "config.schema.lookup": ["operator.admin", "operator.read"],
};

describe("authorization", () => {
  let gateway: TestGateway;
  beforeAll(async () => {
    gateway = await startTestGateway();
  });
  afterAll(() => gateway.close());

  for (const protocol of [3, 4] as const) {
    for (const scopes of scopeSets) {
      it(`lets a version ${protocol} operator with ${scopes.join()} call what the catalogue allows`, async () => {
        const client = await gateway.connect({ protocol, scopes });
        for (const method of catalogue) {
          const refused = authorize(method, { role: "operator", scopes: new Set(scopes), protocol, params: {} });
          const error = await errorOf(client, method);
          if (refused) expect(error, method).toEqual(refused);
          else expect(error?.message ?? "", method).not.toMatch(/^(missing scope|unauthorized role)/);
        }
      });
    }

    it(`refuses a version ${protocol} node everything but what is for nodes`, async () => {
      const client = await gateway.connect({
        protocol,
        role: "node",
        scopes: [],
        client: { id: "node-host", mode: "node" },
        device: createDevice(),
      });
      for (const method of catalogue) {
        const error = await errorOf(client, method);
        if (methods[method].scope === "node") {
          expect(error?.message ?? "", method).not.toMatch(/^unauthorized role|not available in this build/);
        } else {
          expect(error, method).toEqual({ code: "INVALID_REQUEST", message: "unauthorized role: node" });
        }
      }
    });

    it(`answers methods outside this build as not available on version ${protocol}, and announces none of them`, async () => {
      const client = await gateway.connect({ protocol });
      const hello = client.frames.find((frame) => frame.type === "res") as Json;
      const announced = ((hello.payload as Json).features as Json).methods as string[];
      for (const method of catalogue) {
        const contract = methods[method];
        const known = contract.only === undefined || contract.only === protocol;
        const served = servedMethods.includes(method);
        expect(announced.includes(method), method).toBe(served && known && contract.advertised);
        if (served || contract.scope === "node") continue;
        expect(await errorOf(client, method), method).toEqual(
          known
            ? { code: "UNAVAILABLE", message: `${method} is not available in this build` }
            : { code: "INVALID_REQUEST", message: `unknown method: ${method}` },
        );
      }
      expect(announced.toSorted()).toEqual([...new Set(announced)].sort());
    });

    it(`asks for the scope of each method on version ${protocol}`, async () => {
      const client = await gateway.connect({ protocol, scopes: ["operator.something"] });
      for (const method of servedMethods.filter((name) => isKnown(name, protocol) && !forNodes(name))) {
        const scope = needed[method];
        const wanted = typeof scope === "string" ? scope : scope?.[protocol - 3];
        const error = await errorOf(client, method);
        expect(error?.message, method).toBe(`missing scope: ${wanted}`);
        expect(error?.code, method).toBe(protocol === 3 ? "INVALID_REQUEST" : "FORBIDDEN");
      }
      expect(Object.keys(needed).sort()).toEqual(servedMethods.filter((name) => !forNodes(name)).sort());
    });
  }

  it("serves every method that is said to be served", async () => {
    const [v3, v4] = [await gateway.connect(), await gateway.connect({ protocol: 4 })];
    for (const method of servedMethods) {
      const { only }: { only: number | undefined } = methods[method as MethodName];
      const client = only === 4 ? v4 : v3;
      expect((await errorOf(client, method))?.message ?? "", method).not.toMatch(
        /not available in this build|unknown method/,
      );
    }
  });

  it("refuses an unknown method for its scope first, then by its name", async () => {
    const reader = await gateway.connect({ scopes: ["operator.read"] });
    expect(await errorOf(reader, "no.such.method")).toEqual({
      code: "INVALID_REQUEST",
      message: "missing scope: operator.admin",
    });
    const newer = await gateway.connect({ protocol: 4, scopes: ["operator.read"] });
    expect(await errorOf(newer, "chat.send")).toEqual({
      code: "FORBIDDEN",
      message: "missing scope: operator.write",
      details: { code: "MISSING_SCOPE", missingScope: "operator.write", requiredScopes: ["operator.write"] },
    });
    const admin = await gateway.connect();
    // Names of the object prototype are no methods either.
    for (const name of ["no.such.method", "constructor", "__proto__", "toString"]) {
      expect(await errorOf(admin, name)).toEqual({ code: "INVALID_REQUEST", message: `unknown method: ${name}` });
    }
  });

  it("shows events of pairing only to those who may approve, without a gap for the others", async () => {
    const reader = await gateway.connect({ scopes: ["operator.read"] });
    const approver = await gateway.connect({ scopes: ["operator.pairing"] });
    const admin = await gateway.connect();
    const stranger = gateway.open({ host: "gateway.example" });
    await stranger.connect({ scopes: ["operator.read"], device: createDevice() });
    await Promise.all([approver, admin].map((client) => client.event("device.pair.requested")));
    await gateway.connect({ client: { id: "gateway-client", mode: "backend" } });
    await reader.event("presence");
    await reader.request("health", {});
    expect(reader.events("device.pair.requested")).toEqual([]);
    expect(approver.events("presence")).toEqual([]);
    for (const client of [reader, approver, admin]) {
      const numbers = client.frames.flatMap((frame) => (typeof frame.seq === "number" ? [frame.seq] : []));
      expect(numbers).toEqual(numbers.map((_, index) => index + 1));
    }
  });
});

async function errorOf(client: RawClient, method: string): Promise<Json | undefined> {
  return (await client.request(method, {})).error as Json | undefined;
}
