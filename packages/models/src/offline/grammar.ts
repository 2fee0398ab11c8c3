import type { IncomingMessage } from "./incoming-message.ts";
import { listFiles, readFile } from "./intents/files.ts";
import { connect, help, whatIUnderstand } from "./intents/help.ts";
import { runCommand, status, time } from "./intents/machine.ts";
import { recall, remember } from "./intents/memory.ts";
import { saveNote, writeFile } from "./intents/notes.ts";
import { greeting, identity, thanks } from "./intents/talk.ts";
import type { Intent, Slots, Step, Turn } from "./turn.ts";
import { say } from "./turn.ts";
import { unquoted } from "./words.ts";

/** All the assistant understands. The first intent with a matching pattern answers, so narrow ones come first. */
export const intents: readonly Intent[] = [
  greeting,
  thanks,
  help,
  connect,
  identity,
  status,
  time,
  recall,
  remember,
  saveNote,
  readFile,
  listFiles,
  runCommand,
  writeFile,
];

/** More rounds of tools than any plan takes. A turn that gets here is going in circles. */
const mostRounds = 6;

/** Decides what to do next in a turn. */
export function nextStep(message: IncomingMessage, turn: Turn): Step {
  if (message.raw.includes("HEARTBEAT_OK")) return say("HEARTBEAT_OK");
  if (message.raw.includes("NO_REPLY")) return say("NO_REPLY");
  if (turn.rounds.length > mostRounds) return say("I stopped here: the tools did not bring what I need for this.");
  for (const candidate of message.candidates) {
    for (const intent of intents) {
      const slots = matchIntent(intent, candidate);
      if (slots) return withImageNote(intent.plan(slots, { ...turn, text: candidate }), turn);
    }
  }
  return say(turn.hasImages ? cannotSee : notUnderstood);
}

/** The named groups of the first pattern of an intent that matches, or undefined. */
export function matchIntent(intent: Intent, text: string): Slots | undefined {
  for (const pattern of intent.patterns) {
    const match = pattern.exec(text);
    if (!match) continue;
    const groups = Object.entries(match.groups ?? {}).filter(([, value]) => value !== undefined);
    return Object.fromEntries(groups.map(([name, value]) => [name, unquoted(value ?? "")]));
  }
  return undefined;
}

function withImageNote(step: Step, turn: Turn): Step {
  return turn.hasImages && "say" in step ? say(`${step.say}\n\n(I cannot see the image you sent.)`) : step;
}

const cannotSee =
  'I cannot see images: I am the offline assistant and work with plain sentences only. A real model that takes images can; say "how do I connect a model" to see how to get one.';

const notUnderstood = `I did not understand that. I am the offline assistant: I work without a language model and know only these sentences:

${whatIUnderstand}

With a real model I can talk about anything. The last line tells how to connect one.`;
