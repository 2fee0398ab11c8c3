import { errorCodes, jsonSchema } from "@openclaw/protocol";
import fc from "fast-check";
import type { Json, RawClient } from "../../src/testing/raw-client.ts";
import { createDevice } from "../../src/testing/test-device.ts";
import { startTestGateway, type TestGateway, testToken } from "../../src/testing/test-gateway.ts";
import { servedMethods } from "../served-methods.ts";
import { schemaArbitrary } from "./schema-arbitrary.ts";

/** What came of it. */
export interface FuzzReport {
  requests: number;
  answered: number;
  refused: number;
}

const secret = "only-for-those-who-may-read-5f2c";
/** Standing alone: so short a text is found in what is random too, such as the token of a device. */
const secrets = [new RegExp(`(?<![\\w+/-])${testToken}(?![\\w+/=-])`), /model-secret-0123456789/];
const perConnection = 150;

/** These end or replace what is being tested; they have tests of their own. */
const left = new Set([
  "config.set",
  "config.apply",
  "config.patch",
  "agents.delete",
  "update.run",
  "gateway.restart.request",
]);

/**
 * Calls every method with parameters made from its schema, and sends bytes that are nothing, from callers of all kinds.
 * @throws Error when the Gateway does not answer, answers in another form than agreed, or tells somebody what is not theirs
 */
export async function fuzzMethods({ ms, seed }: { ms: number; seed: number }): Promise<FuzzReport> {
  await using gateway = await startTestGateway({ config: { gateway: { reload: { mode: "off" } } } });
  const owner = await gateway.connect();
  await tellSecret(owner);
  const { $defs: defs, "x-methods": table } = jsonSchema() as { $defs: Json; "x-methods": Record<string, Json> };
  const wanted = servedMethods.filter((name) => !left.has(name));
  const requests = wanted.map((method) => {
    const own = table[method] ?? {};
    const schemas = [own.params, own.v4Params].filter((schema) => schema !== undefined);
    return fc.oneof(...schemas.map((schema) => schemaArbitrary(schema, defs))).map((params) => ({ method, params }));
  });
  const frames = fc.oneof(
    { weight: 20, arbitrary: fc.oneof(...requests) },
    { weight: 1, arbitrary: fc.string({ unit: "binary" }).map((bytes) => ({ bytes: Buffer.from(bytes, "utf8") })) },
    { weight: 1, arbitrary: fc.uint8Array({ maxLength: 300 }).map((bytes) => ({ bytes: Buffer.from(bytes) })) },
    { weight: 1, arbitrary: fc.json().map((text) => ({ bytes: Buffer.from(text) })) },
  );
  const report: FuzzReport = { requests: 0, answered: 0, refused: 0 };
  const deadline = performance.now() + ms;
  for (let round = 0; performance.now() < deadline; round++) {
    const callers = await connectCallers(gateway);
    const batch = fc.sample(frames, { numRuns: perConnection, seed: seed + round });
    for (const [index, frame] of batch.entries()) {
      const caller = callers[index % callers.length];
      if (caller === undefined || caller.client.socket.readyState !== caller.client.socket.OPEN) continue;
      await sendOne(caller, frame, report, `${round}-${index}`);
      if (performance.now() > deadline) break;
    }
    for (const { name, client, reads } of callers) {
      const seen = JSON.stringify(client.frames);
      for (const told of reads ? secrets : [...secrets, new RegExp(secret)]) {
        if (told.test(seen)) throw new Error(`${name} was told ${told} (seed ${seed + round})`);
      }
      await client.close();
    }
    if (/unexpectedly|TypeError|RangeError|ReferenceError|Unhandled/.test(gateway.log())) {
      throw new Error(`the log tells of a defect (seed ${seed + round}): ${defectOf(gateway.log())}`);
    }
    gateway.model.release();
  }
  if (!(await (await gateway.connect()).request("health", {})).ok)
    throw new Error("the Gateway is not healthy any more");
  return report;
}

interface Caller {
  name: string;
  client: RawClient;
  /** May read sessions. */
  reads: boolean;
}

async function connectCallers(gateway: TestGateway): Promise<Caller[]> {
  const operator = async (protocol: 3 | 4, scopes: string[]): Promise<Caller> => ({
    name: `an operator with ${scopes.join()} (version ${protocol})`,
    client: await gateway.connect({ protocol, scopes }),
    reads: scopes.some((scope) => /admin|write|read/.test(scope)),
  });
  const node = await gateway.connect({
    role: "node",
    scopes: [],
    client: { id: "node-host", mode: "node" },
    device: createDevice(),
  });
  return [
    await operator(3, ["operator.admin"]),
    await operator(4, ["operator.admin"]),
    await operator(4, ["operator.write"]),
    await operator(3, ["operator.read"]),
    await operator(4, ["operator.pairing", "operator.approvals"]),
    { name: "a node", client: node, reads: false },
  ];
}

/** Something in a session that a caller without the right to read must never see. */
async function tellSecret(owner: RawClient): Promise<void> {
  const params = { sessionKey: "agent:main:secret", message: secret, idempotencyKey: "secret" };
  await owner.request("chat.send", params);
  await owner.event("chat", ({ runId, state }) => runId === "secret" && state === "final");
}

async function sendOne(
  { client, name }: Caller,
  frame: { method: string; params: unknown } | { bytes: Buffer },
  report: FuzzReport,
  id: string,
): Promise<void> {
  report.requests += 1;
  if ("bytes" in frame) client.send(frame.bytes);
  else client.send({ type: "req", id, method: frame.method, params: frame.params });
  // The Gateway serves the next request whatever became of this one; methods that wait for something may still wait.
  const ping = `ping-${id}`;
  client.send({ type: "req", id: ping, method: "no.such.method" });
  await client.response(ping);
  const answer = client.frames.find((each) => each.type === "res" && each.id === id) as unknown as
    | { ok: boolean; error?: Json }
    | undefined;
  if (answer === undefined) return;
  report.answered += 1;
  if (answer.ok) return;
  report.refused += 1;
  const { code, message } = answer.error ?? {};
  const wellFormed = errorCodes.some((known) => known === code) && typeof message === "string" && message !== "";
  if (!wellFormed || /\n\s+at |\/packages\/|node:internal/.test(String(message))) {
    throw new Error(`${name} got a malformed error for ${JSON.stringify(frame)}: ${JSON.stringify(answer)}`);
  }
}

function defectOf(log: string): string {
  return log.split("\n").find((line) => /unexpectedly|TypeError|RangeError|ReferenceError|Unhandled/.test(line)) ?? "";
}
