import { z } from "zod";
import { method } from "../contract.ts";
import { anything, done, flag, integer, nonEmpty, noParams, open, text, textOrNull, timestamp } from "../fields.ts";
import { once } from "../once.ts";
import { nodeRequest, nodeRow, pairedNode } from "../pairing.ts";
import type { Scope } from "../scopes.ts";

/** Node commands with effects outside the assistant; version 4 asks for admin. */
const dangerousCommands: ReadonlySet<unknown> = new Set([
  "camera.snap",
  "camera.clip",
  "screen.record",
  "contacts.add",
  "calendar.add",
  "reminders.add",
  "sms.send",
]);

function invokeScope(params: unknown): Scope {
  const command =
    typeof params === "object" && params !== null && "command" in params && typeof params.command === "string"
      ? params.command.trim()
      : undefined;
  return dangerousCommands.has(command) ? "operator.admin" : "operator.write";
}

const nodeIdParams = once(() => z.strictObject({ nodeId: nonEmpty() }));
const requestIdParams = once(() => z.strictObject({ requestId: nonEmpty() }));

export const nodeMethods = {
  "node.list": method("node.list", {
    scope: "operator.read",
    params: noParams,
    result: () => open({ ts: timestamp(), nodes: z.array(nodeRow()) }),
  }),
  "node.describe": method("node.describe", {
    scope: "operator.read",
    params: nodeIdParams,
    result: () => nodeRow().extend({ ts: timestamp() }),
  }),
  "node.rename": method("node.rename", {
    scope: "operator.pairing",
    params: () => z.strictObject({ nodeId: nonEmpty(), displayName: nonEmpty() }),
    result: () => open({ nodeId: nonEmpty(), displayName: nonEmpty() }),
  }),
  "node.invoke": method("node.invoke", {
    scope: { v3: "operator.write", v4: invokeScope },
    params: () =>
      z.strictObject({
        nodeId: nonEmpty(),
        command: nonEmpty(),
        params: anything().optional(),
        timeoutMs: integer(0).default(30_000),
        idempotencyKey: nonEmpty(),
      }),
    v4Params: (v3) =>
      v3.extend({
        sessionKey: text().optional(),
        turnSourceChannel: anything().optional(),
        turnSourceTo: anything().optional(),
        turnSourceAccountId: anything().optional(),
        turnSourceThreadId: anything().optional(),
      }),
    result: () =>
      open({
        ok: z.literal(true),
        nodeId: nonEmpty(),
        command: nonEmpty(),
        payload: anything(),
        payloadJSON: textOrNull(),
      }),
  }),
  "node.invoke.result": method("node.invoke.result", {
    scope: "node",
    params: () =>
      z.strictObject({
        id: nonEmpty(),
        nodeId: nonEmpty(),
        ok: flag(),
        payload: anything().optional(),
        payloadJSON: textOrNull().optional(),
        error: z.strictObject({ code: text().optional(), message: text().optional() }).nullable().optional(),
      }),
    result: () => done().extend({ ignored: flag().optional() }),
  }),
  "node.event": method("node.event", {
    scope: "node",
    params: () => z.strictObject({ event: nonEmpty(), payload: anything().optional(), payloadJSON: text().optional() }),
    result: () =>
      done().extend({
        /** Version 4 only, from here on. */
        event: text().optional(),
        handled: flag().optional(),
        reason: text().optional(),
      }),
  }),
  "node.pair.request": method("node.pair.request", {
    scope: "operator.pairing",
    only: 3,
    params: () =>
      z.strictObject({
        nodeId: nonEmpty(),
        displayName: nonEmpty().optional(),
        platform: nonEmpty().optional(),
        version: nonEmpty().optional(),
        coreVersion: nonEmpty().optional(),
        uiVersion: nonEmpty().optional(),
        deviceFamily: nonEmpty().optional(),
        modelIdentifier: nonEmpty().optional(),
        remoteIp: nonEmpty().optional(),
        caps: z.array(nonEmpty()).optional(),
        commands: z.array(nonEmpty()).optional(),
        silent: flag().optional(),
      }),
    result: () => open({ status: z.literal("pending"), request: nodeRequest(), created: flag() }),
  }),
  "node.pair.list": method("node.pair.list", {
    scope: "operator.pairing",
    params: noParams,
    result: () => open({ pending: z.array(nodeRequest()), paired: z.array(pairedNode()) }),
  }),
  "node.pair.approve": method("node.pair.approve", {
    scope: "operator.pairing",
    params: requestIdParams,
    result: () => open({ requestId: nonEmpty(), node: pairedNode() }),
  }),
  "node.pair.reject": method("node.pair.reject", {
    scope: "operator.pairing",
    params: requestIdParams,
    result: () => open({ requestId: nonEmpty(), nodeId: nonEmpty() }),
  }),
  "node.pair.remove": method("node.pair.remove", {
    scope: "operator.pairing",
    only: 4,
    params: nodeIdParams,
    result: () => open({ nodeId: nonEmpty() }),
  }),
  "node.pair.verify": method("node.pair.verify", {
    scope: "operator.pairing",
    only: 3,
    params: () => z.strictObject({ nodeId: nonEmpty(), token: nonEmpty() }),
    result: () => open({ ok: flag(), node: pairedNode().optional() }),
  }),
};
