import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { messageText } from "@openclaw/sessions";
import type { Script } from "../../../models/src/testing/scripted-model-server.ts";
import { checkAnswers, type SentMessage } from "./answered-once.ts";
import type { ChatClient, ChatEvent } from "./chat-client.ts";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { checkRequests } from "./model-request-check.ts";
import { StartedGateway } from "./started-gateway.ts";
import { checkSessionFiles, type StoredEntry, transcriptEntries, transcriptFiles } from "./state-check.ts";

const sessionKeys = ["main", "red", "blue"];
/** Words of a message that helps to fill the window. */
const longMessage = 5000;

export interface DayReport {
  turns: number;
  kills: number;
  accepted: number;
  /** Stopped by their user. */
  stopped: number;
  /** Messages that joined the run under way, or were answered in one turn with others. */
  merged: number;
  givenUp: number;
  /** Messages whose sender was cut off before the answer to the request. */
  unheard: number;
  subagents: number;
  compactions: number;
  toolRuns: number;
  requests: number;
}

interface Day {
  home: GatewayHome;
  effects: string;
  random(): number;
  gateway: StartedGateway;
  client: ChatClient;
  sent: SentMessage[];
  /** Messages that became part of another one's run, and which. */
  merged: Map<string, string>;
  turn: number;
}

/**
 * Spends a day with a Gateway: `turns` turns in three sessions, among them tools, long texts, messages that come into a
 * run or wait behind it, stops, subagents, and every so often the end of the process. At its end every message must
 * have been answered, stopped or given up exactly once, every subagent announced once, and every transcript and every
 * request to the model be valid.
 * @throws AssertionError
 */
export async function spendDay(
  turns: number,
  { kills, random = Math.random }: { kills: number; random?: () => number },
): Promise<DayReport> {
  await using home = await createGatewayHome(undefined, { decide: summaryOf });
  configure(home);
  const effects = path.join(home.dir, "effects");
  fs.writeFileSync(effects, "");
  const gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  const day: Day = { home, effects, random, gateway, client, sent: [], merged: new Map(), turn: 0 };
  try {
    for (; day.turn < turns; day.turn += 1) {
      // Spread evenly, with something before, between and behind.
      const isKilled =
        Math.floor(((day.turn + 1) * kills) / (turns + 1)) > Math.floor((day.turn * kills) / (turns + 1));
      const turn = isKilled ? killedTurn : program[day.turn % program.length];
      await turn?.(day);
    }
    await finishDay(day);
  } finally {
    await day.gateway[Symbol.asyncDispose]();
  }

  await checkSessionFiles(home.stateDir);
  const { givenUp } = checkAnswers(home.stateDir, day.sent);
  const entries = transcriptFiles(home.stateDir).flatMap(transcriptEntries);
  checkRequests(home.model.requests.map(({ body }) => body));
  return {
    turns,
    kills,
    accepted: day.sent.filter(({ accepted }) => accepted).length,
    stopped: day.sent.filter(({ stopped }) => stopped).length,
    merged: day.merged.size,
    givenUp,
    unheard: day.sent.filter(({ accepted }) => !accepted).length,
    subagents: checkAnnouncements(home, entries),
    compactions: entries.filter(({ type }) => type === "compaction").length,
    toolRuns: checkEffects(effects),
    requests: home.model.requests.length,
  };
}

function configure(home: GatewayHome): void {
  home.configure({
    agents: {
      defaults: {
        workspace: home.workspace,
        skipBootstrap: true,
        maxConcurrent: 4,
        subagents: { maxConcurrent: 2 },
        model: { primary: "fake/fake-1" },
        contextTokens: 40_000,
        // Notes go into the workspace and the transcript alike; here only what people wrote is counted.
        compaction: { memoryFlush: { enabled: false } },
      },
    },
    messages: { queue: { mode: "steer", debounceMs: 20 } },
  });
}

/** A request without tools asks for a summary; the conversation in it must not be taken for a script. */
function summaryOf(body: Record<string, unknown>): Script | undefined {
  if (Array.isArray(body.tools) && body.tools.length > 0) return undefined;
  return { words: ["They", "have", "talked", "about", "this", "and", "that."] };
}

type Turn = (day: Day) => Promise<void>;

/** What a day is made of, again and again. */
const program: readonly Turn[] = [
  (day) => answered(day, "main", "hello"),
  readingTurn,
  joinedTurn,
  spawningTurn,
  stoppedTurn,
  (day) => answered(day, anySession(day), "tool"),
  readingTurn,
  crowdedTurn,
  stoppedTurn,
  readingTurn,
  terminatedTurn,
];

function anySession({ random }: Day): string {
  return sessionKeys[Math.floor(random() * sessionKeys.length)] ?? "main";
}

/** Sends a message with its mark; undefined when the Gateway ended before it said that it has it. */
async function say(day: Day, sessionKey: string, text: string, index = 0): Promise<SentMessage> {
  const id = `${day.turn}.${index}`;
  const entry: SentMessage = { id, accepted: false };
  day.sent.push(entry);
  const command = JSON.stringify({ command: `echo '<${id}>' >> ${day.effects}` });
  const whole = text === "tool" ? `tool:exec ${command}` : `${text}\n<${id}>`;
  const answer = await day.client.send(sessionKey, whole, { key: id }).catch(() => undefined);
  if (answer) {
    assert.equal(answer.payload?.status, "started", JSON.stringify(answer));
    entry.accepted = true;
  }
  return entry;
}

/** The end of a message that nobody stops. */
async function endOf(day: Day, { id }: SentMessage): Promise<ChatEvent> {
  const event = await day.client.terminal(id);
  assert.equal(event.state, "final", JSON.stringify(event));
  if (event.mergedInto !== undefined) day.merged.set(id, event.mergedInto);
  return event;
}

async function answered(day: Day, sessionKey: string, text: string): Promise<void> {
  await endOf(day, await say(day, sessionKey, text));
}

async function readingTurn(day: Day): Promise<void> {
  await answered(day, "blue", `read this ${"word ".repeat(longMessage)}`);
}

/** A second message comes while a tool of the first runs. */
async function joinedTurn(day: Day): Promise<void> {
  const sessionKey = anySession(day);
  const first = await say(day, sessionKey, `tool:exec {"command":"sleep 0.1"}`);
  await delay(day.random() * 60);
  const second = await say(day, sessionKey, "and also", 1);
  await Promise.all([endOf(day, first), endOf(day, second)]);
}

/** Several messages come while the first is being answered. */
async function crowdedTurn(day: Day): Promise<void> {
  const sessionKey = anySession(day);
  const first = await say(day, sessionKey, "slow:8");
  const others = [];
  for (const index of [1, 2]) others.push(await say(day, sessionKey, `/queue collect more ${index}`, index));
  await Promise.all([first, ...others].map((each) => endOf(day, each)));
}

/** A run is stopped before or while the model writes, by a word or by a request. */
async function stoppedTurn(day: Day): Promise<void> {
  const byWord = day.random() < 0.5;
  const sessionKey = byWord ? "red" : "blue";
  const message = await say(day, sessionKey, day.random() < 0.5 ? "hang:on" : "slow:40");
  await delay(day.random() * 150);
  const answer = byWord
    ? (await day.client.send(sessionKey, "stop")).payload
    : await day.client.call("chat.abort", { sessionKey, runId: message.id });
  const stopped = [...((answer?.runIds ?? []) as string[])];
  // It may have joined a run that an earlier life had left open; then that one is to be stopped.
  if (stopped.length === 0) {
    const { runIds } = await day.client.call("chat.abort", { sessionKey });
    stopped.push(...(runIds as string[]));
  }
  await day.client.terminal(message.id);
  // What joined a run ends with it, also what joined before this turn: it was told so when it joined.
  const { error } = await day.client.waitForRun(message.id);
  if (error === "aborted") stopped.push(message.id);
  for (const entry of day.sent) {
    if (stopped.includes(entry.id) || stopped.includes(day.merged.get(entry.id) ?? "")) entry.stopped = true;
  }
}

async function spawningTurn(day: Day): Promise<void> {
  const message = await say(day, "main", `tool:sessions_spawn {"task":"count to s${day.turn}."}`);
  await endOf(day, message);
}

/** The Gateway is told to end while the model writes, which stops nothing. */
async function terminatedTurn(day: Day): Promise<void> {
  await say(day, anySession(day), "slow:20");
  await delay(day.random() * 100);
  await day.gateway.terminate();
  await restart(day);
}

/** One to three messages, and the process ends at any moment. */
async function killedTurn(day: Day): Promise<void> {
  const texts = ["hello", "slow:8", "tool", `tool:sessions_spawn {"task":"count to s${day.turn}."}`];
  const count = 1 + Math.floor(day.random() * 3);
  const asked = Array.from({ length: count }, (_, index) => {
    const text = texts[Math.floor(day.random() * texts.length)] ?? "hello";
    // One subagent a turn, and in one session, so that its name says which it is.
    const isSpawn = text.includes("sessions_spawn");
    return isSpawn && index > 0
      ? say(day, anySession(day), "hello", index)
      : say(day, isSpawn ? "main" : anySession(day), text, index);
  });
  // The random moment is what is tested here, not something to wait for.
  await delay(day.random() * 300);
  await day.gateway.kill();
  await Promise.all(asked);
  await restart(day);
}

async function restart(day: Day): Promise<void> {
  day.gateway = await StartedGateway.start(day.home);
  day.client = await day.gateway.connect();
}

/** Waits until all that is open has ended, and stops the Gateway. */
async function finishDay(day: Day): Promise<void> {
  for (;;) {
    for (const [index, sessionKey] of sessionKeys.entries()) {
      day.turn += 1;
      const last = await say(day, sessionKey, "the last one", index);
      await endOf(day, last);
      // Also the end of the run that it may have joined.
      assert.equal((await day.client.waitForRun(last.id)).status, "ok");
    }
    if (subagentRuns(day.home).every(({ cleanupCompletedAt }) => cleanupCompletedAt !== undefined)) break;
    await delay(50);
  }
  assert.equal((await day.gateway.terminate()).code, 0);
}

function subagentRuns(home: GatewayHome): { task: string; cleanupCompletedAt?: number }[] {
  const file = path.join(home.stateDir, "subagents", "runs.json");
  if (!fs.existsSync(file)) return [];
  return Object.values(JSON.parse(fs.readFileSync(file, "utf8")).runs);
}

/** @returns how many subagents there were, each of which was announced once. */
function checkAnnouncements(home: GatewayHome, entries: readonly StoredEntry[]): number {
  const told = entries.flatMap(({ message, openclawRunId }) =>
    message?.role === "user" && openclawRunId !== undefined
      ? [...messageText(message).matchAll(/A subagent task "([^"]+)" just/g)].map(([, task]) => task ?? "")
      : [],
  );
  const tasks = subagentRuns(home).map(({ task }) => task);
  assert.deepEqual(told.toSorted(), tasks.toSorted(), "announced are not the subagents there were, each once");
  return tasks.length;
}

/** @returns how many commands ran, none of them twice. */
function checkEffects(file: string): number {
  const lines = fs.readFileSync(file, "utf8").split("\n").filter(Boolean);
  assert.equal(new Set(lines).size, lines.length, `a tool ran twice: ${lines.join(" ")}`);
  return lines.length;
}
