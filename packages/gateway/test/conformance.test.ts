import { type EventName, events, findMethod, formatProblems } from "@openclaw/protocol";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { RawClient } from "../src/testing/raw-client.ts";
import { createDevice, type TestDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";
import { additions, answerDifferences, eventDifferences, eventKind, placeOf, places } from "./conformance/compare.ts";
import { exceptions } from "./conformance/exceptions.ts";
import { type HandshakeStage, handshakeDifferences, playHandshake } from "./conformance/handshakes.ts";
import { nodeScenarios } from "./conformance/node-scenarios.ts";
import {
  type Json,
  type RecordedCase,
  type RecordedProtocol,
  recordedCases,
  recordedFiles,
  recordedHandshakes,
} from "./conformance/recorded.ts";
import { casesWithChannels, channelsConfig, recordedConfig } from "./conformance/recorded-config.ts";
import { fill, scenarios as methodScenarios } from "./conformance/scenarios.ts";
import { createStage, runEnded, type Stage, startedRuns } from "./conformance/stage.ts";
import { servedMethods } from "./served-methods.ts";

const scenarios = { ...methodScenarios, ...nodeScenarios };

/** Recorded without the request that brought them about; a test of its own shows them. */
const observations = ["v3/node.event: events a node receives for a subscribed session during a turn"];

/** Places whose content is somebody's configuration, and the field that version 3 has gained. */
const open = /^(config|parsed)\.|^stopReason$/;
/** Recorded events that are no part of a case: they come on their own. */
const noise = ["health", "tick"];
/** Events of version 4 that a Gateway may send; ours does not. */
const optional =
  /^(sessions\.changed|session\.|chat status|agent (run_status|usage|item)|agent lifecycle (model|finishing|fallback_step))/;

/** What version 4 has beside version 3 and this Gateway sends. */
const v4Places = [
  /^payload\.(sessionKey|agentId)$/,
  /^event (agent|chat) .*\.payload\.(agentId|isHeartbeat)$/,
  /^event chat delta\.payload\.deltaText$/,
  /^payload\.(totalCount|limitApplied|nextOffset|hasMore|owners)$/,
  /^payload\.models\[\]\.available$/,
  /^payload\.includedPaths$/,
];
const notSent = /^payload\.hasMore$/;

/** Version 4 of the reference adds much to what version 3 has; a Gateway may leave it out. */
function isOptional(difference: string, { method }: RecordedCase): boolean {
  if (!difference.endsWith(": missing")) return false;
  const place = placeOf(difference);
  const ours = v4Places.some((known) => known.test(place)) && !(method === "chat.history" && notSent.test(place));
  return !ours && !v3Places(method).has(place);
}

const placesOfMethods = new Map<string, Set<string>>();
function v3Places(method: string): Set<string> {
  const files = method === "chat.send" ? [method, "tool-call-turn"] : [method];
  const there = files.filter((file) => recordedFiles(3).includes(file));
  const known = placesOfMethods.get(method) ?? places(there.flatMap((file) => recordedCases(3, file)));
  placesOfMethods.set(method, known);
  return known;
}

async function play(stage: Stage, recorded: RecordedCase): Promise<string[]> {
  await stage.settle();
  const client = await stage.caller(recorded.as);
  const prepared = await (scenarios[recorded.id] ?? ((_, { params }) => ({ params: fill(params) })))(stage, recorded);
  const caller =
    client.socket.readyState === client.socket.OPEN
      ? client
      : await stage.gateway.connect({ protocol: stage.protocol });
  const from = caller.frames.length;
  const answers = await sendAll(caller, recorded, "several" in prepared ? prepared.several : [prepared.params]);
  const found = recorded.answers.flatMap((answer, index) =>
    answerDifferences(answer, answers[index] ?? {}, recorded.answers.length > 1 ? `answer ${index + 1}` : "answer"),
  );
  for (const answer of answers) found.push(...invalidResult(recorded, answer, stage.protocol));
  if (recorded.events && !exceptions[recorded.id]?.withoutEvents) {
    const wanted = recorded.events.filter((frame) => !optional.test(eventKind(frame)));
    await lastEvent(caller, wanted, from);
    const presence = wanted.some((frame) => frame.event === "presence");
    const ours = caller.frames
      .slice(from)
      .filter((frame) => frame.type === "event" && !noise.includes(String(frame.event)))
      .filter((frame) => presence || frame.event !== "presence");
    found.push(...eventDifferences(wanted, ours));
    for (const frame of ours) found.push(...invalidEvent(frame));
  }
  if (stage.protocol === 3) {
    answers.forEach((answer, index) => {
      const added = answer.ok === true ? additions(recorded.answers[index]?.payload, answer.payload) : [];
      found.push(...added.filter((place) => !open.test(place)).map((place) => `additional ${place}`));
    });
  }
  const relevant = stage.protocol === 3 ? found : found.filter((text) => !isOptional(text, recorded));
  return [...new Set(relevant)];
}

/** Sends the requests of a case at once and collects as many answers as were recorded. */
async function sendAll(client: RawClient, recorded: RecordedCase, requests: unknown[]): Promise<Json[]> {
  const ids = requests.map((_, index) => `case-${client.frames.length}-${index}`);
  requests.forEach((params, index) => {
    client.send({ type: "req", id: ids[index], method: recorded.method, ...(params === undefined ? {} : { params }) });
  });
  const answers: Json[] = [];
  for (const id of ids) {
    for (let index = 0; index < (ids.length > 1 ? 1 : recorded.answers.length); index++) {
      const answer = (await client.response(id, index)) as unknown as Json;
      answers.push(answer);
      // A refusal is the last word; waiting for more would only time out.
      if (answer.ok === false) break;
    }
  }
  return answers;
}

/** Waits for the end of the runs a case started or stopped; without any, for the kind of event it ended with. */
async function lastEvent(client: RawClient, wanted: Json[], from: number): Promise<void> {
  const answers = client.frames.slice(from).filter((frame) => frame.type === "res");
  const stopped = answers.flatMap((frame) => ((frame.payload as Json | undefined)?.runIds ?? []) as string[]);
  const runs = [...startedRuns(answers), ...stopped];
  for (const runId of runs) await runEnded(client, runId);
  const last = wanted.at(-1);
  if (runs.length > 0 || !last) return;
  await client.frame((frame) => frame.type === "event" && eventKind(frame) === eventKind(last), from);
}

function invalidResult(recorded: RecordedCase, answer: Json, protocol: RecordedProtocol): string[] {
  const contract = findMethod(recorded.method, protocol);
  if (!contract || answer.ok !== true) return [];
  const parsed = contract.result.safeParse(answer.payload);
  return parsed.success ? [] : [`result: ${formatProblems(parsed.error, answer.payload)}`];
}

function invalidEvent(frame: Json): string[] {
  const contract = events[frame.event as EventName];
  const parsed = contract.payload.safeParse(frame.payload);
  return parsed.success ? [] : [`event ${eventKind(frame)}: ${formatProblems(parsed.error, frame.payload)}`];
}

/** The differences are those that are allowed, and each of these is there. */
function expectOnly(found: string[], allowed: string[]): void {
  const unexpected = found.filter((text) => !allowed.some((beginning) => text.startsWith(beginning)));
  expect(unexpected).toEqual([]);
  const needless = allowed.filter((beginning) => !found.some((text) => text.startsWith(beginning)));
  expect(needless, "exceptions without a difference").toEqual([]);
}

/** Handshakes that need more than one frame of the client; tests of their own show them. */
const elsewhere = [
  "operator approves",
  "malformed frames after connect",
  "frame larger than policy.maxPayload",
  "no frame sent",
  "missing scope and unknown method",
  "rate limited address with the right token",
];

async function handshakeStage(protocol: RecordedProtocol, auth: Json): Promise<HandshakeStage> {
  const gateway = await startTestGateway({ config: { gateway: { auth } } });
  const operator = await gateway.connect({ protocol, ...(auth.password ? { auth: { password: auth.password } } : {}) });
  const devices = new Map<string, TestDevice>();
  return {
    gateway,
    protocol,
    operator,
    tokens: new Map(),
    device(name) {
      const device = devices.get(name) ?? createDevice();
      devices.set(name, device);
      return device;
    },
  };
}

/** What the reference of version 4 says in `hello-ok` of things that are its own. */
function isOptionalInHello(difference: string): boolean {
  return /\.(buildId|controlUiBuildSource|pluginSurfaceUrls|recovery\w+|allowedSessionVisibilities|hasMultiple\w+): missing$/.test(
    difference,
  );
}

for (const protocol of [3, 4] as const) {
  describe(`recorded exchanges of version ${protocol}`, () => {
    const own = new Set(["handshake", "events"]);
    for (const file of recordedFiles(protocol).filter((name) => !own.has(name))) {
      const cases = recordedCases(protocol, file);
      const method = cases[0]?.method ?? file;
      if (!served(method)) continue;

      describe(file, () => {
        const groups = [
          { config: recordedConfig, own: cases.filter(({ id }) => !casesWithChannels.has(id)) },
          { config: channelsConfig, own: cases.filter(({ id }) => casesWithChannels.has(id)) },
        ];
        for (const { config, own } of groups.filter(({ own }) => own.length > 0)) {
          describe(config === channelsConfig ? "with channels" : "without channels", () => {
            let gateway: TestGateway;
            let stage: Stage;
            beforeAll(async () => {
              gateway = await startTestGateway(config);
              stage = createStage(gateway, protocol);
            });
            afterAll(() => gateway.close());

            for (const recorded of own.filter(({ id }) => !observations.includes(id))) {
              it(recorded.name, async () => {
                expectOnly(await play(stage, recorded), exceptions[recorded.id]?.differs ?? []);
              });
            }
          });
        }
      });
    }
  });
}

/** Methods of this build, and the recorded name that no build knows. */
function served(method: string): boolean {
  return servedMethods.includes(method) || method === "no.such.method";
}

for (const protocol of [3, 4] as const) {
  describe(`recorded handshakes of version ${protocol}`, () => {
    let stage: HandshakeStage;
    let passwordStage: HandshakeStage;
    beforeAll(async () => {
      stage = await handshakeStage(protocol, {});
      passwordStage = await handshakeStage(protocol, { mode: "password", password: "s3cret-pass", token: undefined });
    });
    afterAll(() => Promise.all([stage.gateway.close(), passwordStage.gateway.close()]));

    for (const recorded of recordedHandshakes(protocol)) {
      if (recorded.exchange.length === 0 || elsewhere.some((name) => recorded.name.startsWith(name))) continue;
      it(recorded.name, async () => {
        const own = recorded.name.startsWith("password mode") ? passwordStage : stage;
        const seen = own.operator.frames.length;
        const { client, outcome } = await playHandshake(own, recorded.name, recorded.exchange);
        const found = handshakeDifferences(recorded.exchange, outcome);
        if (recorded.events.length > 0) {
          await own.operator.frame((frame) => frame.event === recorded.events[0]?.event, seen);
          const announced = own.operator.frames
            .slice(seen)
            .filter((frame) => String(frame.event).startsWith("device."));
          found.push(...eventDifferences(recorded.events, announced));
        }
        const relevant = found.filter((text) => protocol === 3 || !isOptionalInHello(text));
        await client.close();
        expectOnly(relevant, exceptions[recorded.id]?.differs ?? []);
      });
    }
  });
}

describe("the table of exceptions", () => {
  it("names recorded cases of methods that are replayed", () => {
    const ids = ([3, 4] as const).flatMap((protocol) => [
      ...recordedHandshakes(protocol).map(({ id }) => id),
      ...recordedFiles(protocol)
        .filter((file) => file !== "handshake" && file !== "events")
        .flatMap((file) => recordedCases(protocol, file))
        .filter(({ method }) => served(method))
        .map(({ id }) => id),
    ]);
    expect(Object.keys(exceptions).filter((id) => !ids.includes(id))).toEqual([]);
    expect(Object.keys(scenarios).filter((id) => !ids.includes(id))).toEqual([]);
    expect(new Set(ids).size).toBe(ids.length);
  });
});
