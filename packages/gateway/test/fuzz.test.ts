import fc from "fast-check";
import { expect, it } from "vitest";
import type { RawClient } from "../src/testing/raw-client.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway } from "../src/testing/test-gateway.ts";
import { servedMethods } from "./served-methods.ts";

const fields = [
  "sessionKey message idempotencyKey key keys limit maxChars raw baseHash runId timeoutMs text mode agentId sessionId",
  "deviceId role scopes requestId label attachments model thinking thinkingLevel verboseLevel sendPolicy cursor probe",
  "deleteTranscript search activeMinutes to channel extraSystemPrompt timeout note restartDelayMs instanceId tags",
].flatMap((line) => line.split(" "));

const value = fc.oneof(
  {
    weight: 3,
    arbitrary: fc.constantFrom<unknown>(
      "main",
      "agent:main:main",
      "agent:ghost:x",
      "global",
      "now",
      "operator",
      "off",
      "k",
    ),
  },
  fc.constantFrom<unknown>(
    "",
    " ",
    "../../etc/passwd",
    "__proto__",
    "a\u0000b",
    "x".repeat(70_000),
    "{ gateway: null }",
    "{",
  ),
  fc.constantFrom<unknown>(null, true, 0, -1, 1.5, 2 ** 53, 1e308, [], {}, ["main"], [{ content: "aGk=" }]),
  fc.jsonValue({ maxDepth: 3 }),
);
const params = fc.oneof(fc.dictionary(fc.constantFrom(...fields), value, { maxKeys: 6 }), fc.jsonValue());
const request = fc.record({
  type: fc.constant("req"),
  id: fc.oneof({ weight: 8, arbitrary: fc.constant("fuzz") }, fc.string()),
  method: fc.oneof({ weight: 20, arbitrary: fc.constantFrom(...servedMethods) }, fc.string()),
  params,
});
const frame = fc.oneof(
  { weight: 6, arbitrary: request.map((it) => JSON.stringify(it)) },
  fc.json(),
  fc.string(),
  fc.string({ unit: "binary" }),
);

const patience = { timeout: 30_000 };

it("whatever an operator sends, the connection goes on and the state stays readable", patience, async () => {
  await using gateway = await startTestGateway({ config: { gateway: { reload: { mode: "off" } } } });
  let client = await gateway.connect();
  let sent = 0;
  await fc.assert(
    fc.asyncProperty(frame, async (text) => {
      client.send(text);
      sent += 1;
      client.send({ type: "req", id: `ping-${sent}`, method: "health" });
      expect((await client.response(`ping-${sent}`)).ok).toBe(true);
    }),
    { numRuns: 500, seed: 20260209 },
  );
  expect(gateway.log()).not.toMatch(/unexpectedly|TypeError|RangeError|Unhandled/);
  await gateway.restart();
  client = await gateway.connect();
  for (const method of ["health", "status", "sessions.list", "config.get", "device.pair.list"]) {
    expect((await client.request(method, {})).error, method).toBeUndefined();
  }
});

it("whatever a stranger sends first, it is refused and the Gateway goes on", patience, async () => {
  await using gateway = await startTestGateway();
  const strange = (client: RawClient) =>
    fc.record(
      {
        minProtocol: value,
        maxProtocol: value,
        client: fc.oneof(value, fc.constant({ id: "cli", version: "1", platform: "x", mode: "cli" })),
        auth: fc.oneof(value, fc.constant({ token: "wrong" })),
        device: fc.oneof(
          value,
          fc.constant({ ...createDevice(), signature: client.frames.length.toString(), signedAt: Date.now() }),
        ),
        role: value,
        scopes: value,
      },
      { requiredKeys: [] },
    );
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const client = gateway.open();
      await client.event("connect.challenge");
      const [connect] = fc.sample(strange(client), { numRuns: 1, seed });
      const [other] = fc.sample(frame, { numRuns: 1, seed });
      client.send(seed % 2 ? String(other) : { type: "req", id: "1", method: "connect", params: connect });
      expect([1002, 1008, 1009]).toContain((await client.closed).code);
      expect(client.frames.some((answer) => answer.ok === true)).toBe(false);
    }),
    { numRuns: 150, seed: 20260209 },
  );
  expect((await (await gateway.connect()).request("health", {})).ok).toBe(true);
  expect(gateway.log()).not.toMatch(/TypeError|RangeError|Unhandled/);
});
