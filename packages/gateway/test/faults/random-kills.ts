import assert from "node:assert/strict";
import fs from "node:fs";
import path from "node:path";
import { setTimeout as delay } from "node:timers/promises";
import { checkAnswers, type SentMessage } from "./answered-once.ts";
import type { ChatClient } from "./chat-client.ts";
import { createGatewayHome, type GatewayHome } from "./gateway-home.ts";
import { StartedGateway } from "./started-gateway.ts";
import { checkSessionFiles } from "./state-check.ts";

const sessionKeys = ["main", "red", "blue"];

export interface KillReport {
  kills: number;
  /** Of them, while the Gateway was starting. */
  killedAtStart: number;
  accepted: number;
  /** Messages that were cut off three times, and whose session was told so. */
  givenUp: number;
  /** Messages whose sender did not hear of them any more; they may be answered or not. */
  unheard: number;
}

interface Sent extends SentMessage {
  /** Appends its id to the file of effects. */
  hasEffect: boolean;
}

/**
 * Starts a Gateway `rounds` times, sends it one to three messages in one to three sessions and kills it at a random
 * moment, with another queue mode each time. At the end every message that was accepted must have been answered or given up exactly once, no tool may have
 * run twice, and the files must be whole.
 * @throws AssertionError
 */
export async function killAtRandom(rounds: number, random: () => number = Math.random): Promise<KillReport> {
  await using home = await createGatewayHome();
  const effects = path.join(home.dir, "effects");
  fs.writeFileSync(effects, "");
  const sent: Sent[] = [];
  let killedAtStart = 0;

  for (let round = 0; round < rounds; round += 1) {
    // In turn: each by itself, together in one turn, into the run under way.
    const mode = ["followup", "collect", "steer"][round % 3];
    home.configure({ messages: { queue: { mode, debounceMs: 20 } } });
    const kill = new AbortController();
    const duringStart = random() < 0.15;
    if (duringStart) void delay(random() * 500).then(() => kill.abort());
    try {
      await using gateway = await StartedGateway.start(home, { killed: kill.signal });
      const client = await gateway.connect();
      const asked = Array.from({ length: 1 + Math.floor(random() * 3) }, (_, index) =>
        ask(client, newMessage(`${round}.${index}`, effects, random), sent),
      );
      // The random moment is what is tested here, not something to wait for.
      await Promise.race([delay(random() * 300), gateway.exit]);
      await gateway.kill();
      await Promise.all(asked);
    } catch (error) {
      // A kill at start ends whatever was going on.
      if (!duringStart) throw error;
      killedAtStart += 1;
    }
  }

  await finishAll(home);
  await checkSessionFiles(home.stateDir);
  const { givenUp } = checkAnswers(home.stateDir, sent);
  checkEffects(effects, sent);
  return {
    kills: rounds,
    killedAtStart,
    accepted: sent.filter(({ accepted }) => accepted).length,
    givenUp,
    unheard: sent.filter(({ accepted }) => !accepted).length,
  };
}

function newMessage(id: string, effects: string, random: () => number) {
  const kind = random();
  const mark = `<${id}>`;
  const command = JSON.stringify({ command: `echo '${mark}' >> ${effects}` });
  const text = kind < 0.4 ? `hello ${mark}` : kind < 0.7 ? `slow:8 ${mark}` : `tool:exec ${command}`;
  const sessionKey = sessionKeys[Math.floor(random() * sessionKeys.length)] ?? "main";
  return { id, text, sessionKey, hasEffect: kind >= 0.7 };
}

async function ask(client: ChatClient, message: ReturnType<typeof newMessage>, sent: Sent[]): Promise<void> {
  const { id, sessionKey, text, hasEffect } = message;
  const entry: Sent = { id, accepted: false, hasEffect };
  sent.push(entry);
  const answer = await client.send(sessionKey, text, { key: id }).catch(() => undefined);
  if (!answer) return; // Killed before the answer.
  assert.equal(answer.payload?.status, "started", JSON.stringify(answer));
  entry.accepted = true;
}

/** What is open is answered before a message that comes later, so the answer to one more in each session is the end. */
async function finishAll(home: GatewayHome): Promise<void> {
  const gateway = await StartedGateway.start(home);
  const client = await gateway.connect();
  for (const sessionKey of sessionKeys) {
    const key = `last ${sessionKey}`;
    await client.send(sessionKey, "the last one", { key });
    assert.equal((await client.terminal(key)).state, "final");
  }
  assert.equal((await gateway.terminate()).code, 0);
}

function checkEffects(file: string, sent: readonly Sent[]): void {
  const lines = fs.readFileSync(file, "utf8").split("\n").filter(Boolean);
  assert.equal(new Set(lines).size, lines.length, `a tool ran twice: ${lines.join(" ")}`);
  const allowed = new Set(sent.filter(({ hasEffect }) => hasEffect).map(({ id }) => `<${id}>`));
  assert.deepEqual(
    lines.filter((line) => !allowed.has(line)),
    [],
  );
}
