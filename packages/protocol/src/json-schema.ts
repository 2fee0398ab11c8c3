import { z } from "zod";
import { connectParams, helloOk } from "./connect.ts";
import type { MethodContract } from "./contract.ts";
import { type EventRule, eventRules } from "./event-rules.ts";
import { events } from "./events.ts";
import { errorShape, eventFrame, requestFrame, responseFrame } from "./frames.ts";
import { methods } from "./methods.ts";
import { PROTOCOL_MAX, PROTOCOL_MIN } from "./version.ts";

/**
 * The whole protocol as one JSON Schema (draft 2020-12): the root accepts any frame, `$defs` hold every method's
 * `<name>.params` (`.params.v4` where version 4 differs), `<name>.result` and every event's `<name>.payload`;
 * `x-methods` and `x-events` say what belongs together. Parameter schemas describe what a caller sends.
 */
export function jsonSchema(): Record<string, unknown> {
  const defs: Record<string, object> = {
    "frame.request": convert(requestFrame, "input"),
    "frame.response": convert(responseFrame, "output"),
    "frame.event": convert(eventFrame, "output"),
    error: convert(errorShape, "output"),
    "connect.params": convert(connectParams, "input"),
    "connect.result": convert(helloOk, "output"),
  };
  const methodTable: Record<string, object> = {};
  for (const contract of Object.values<MethodContract>(methods)) {
    const { name } = contract;
    defs[`${name}.params`] = convert(contract.params, "input");
    defs[`${name}.result`] = convert(contract.result, "output");
    const differs = contract.v4Params !== contract.params;
    if (differs) defs[`${name}.params.v4`] = convert(contract.v4Params, "input");
    methodTable[name] = {
      scope: scopeText(contract),
      advertised: contract.advertised,
      ...(contract.only === undefined ? {} : { protocol: contract.only }),
      params: ref(`${name}.params`),
      ...(differs ? { v4Params: ref(`${name}.params.v4`) } : {}),
      result: ref(`${name}.result`),
    };
  }
  const eventTable: Record<string, object> = {};
  for (const contract of Object.values(events)) {
    const rule: EventRule = eventRules[contract.name];
    defs[`${contract.name}.payload`] = convert(contract.payload, "output");
    eventTable[contract.name] = {
      scope: rule.scope ?? null,
      ...(rule.only === undefined ? {} : { protocol: rule.only }),
      payload: ref(`${contract.name}.payload`),
    };
  }
  return {
    $schema: "https://json-schema.org/draft/2020-12/schema",
    title: "OpenClaw Gateway protocol",
    "x-protocol": { min: PROTOCOL_MIN, max: PROTOCOL_MAX },
    anyOf: [ref("frame.request"), ref("frame.response"), ref("frame.event")],
    $defs: defs,
    "x-methods": methodTable,
    "x-events": eventTable,
  };
}

function convert(schema: z.ZodType, io: "input" | "output"): object {
  const { $schema: _, ...body } = z.toJSONSchema(schema, { io });
  return body;
}

function ref(name: string): { $ref: string } {
  return { $ref: `#/$defs/${name}` };
}

function scopeText(contract: MethodContract): unknown {
  const { scope } = contract;
  const text = (rule: unknown) => (typeof rule === "function" ? "depends on the parameters" : rule);
  return typeof scope === "object" ? { v3: text(scope.v3), v4: text(scope.v4) } : text(scope);
}
