import assert from "node:assert/strict";
import { messageText, toolCallsOf } from "@openclaw/sessions";
import { type StoredEntry, transcriptEntries, transcriptFiles } from "./state-check.ts";

/** A message that was sent; its text holds its id as `<1.2>`. */
export interface SentMessage {
  id: string;
  /** Its sender was told that the Gateway has it. */
  accepted: boolean;
  /** Its user stopped it, and was told so. */
  stopped?: boolean;
}

/** What the transcripts tell of a message. */
interface Marked {
  asked: number;
  answered: number;
  /** Its run went on after the answer, with what joined it then; the chat gets its answer when that run ends. */
  wentOn: boolean;
}

/**
 * Checks in the transcripts that every accepted message was answered, stopped or given up exactly once, and that none
 * was asked or answered twice.
 * @returns how many were given up
 * @throws AssertionError
 */
export function checkAnswers(stateDir: string, sent: readonly SentMessage[]): { givenUp: number } {
  const problems: string[] = [];
  const { marks, notices } = readAnswers(stateDir, problems);
  let givenUp = 0;
  for (const { id, accepted, stopped = false } of sent) {
    const { asked, answered, wentOn } = marks.get(id) ?? { asked: 0, answered: 0, wentOn: false };
    const told = notices.filter((notice) => notice.includes(`<${id}>`)).length;
    givenUp += told;
    const ends = stopped ? 1 + told : told > 0 && wentOn ? told : answered + told;
    const isRight = asked <= 1 && ends <= 1 && answered <= asked && (!accepted || ends === 1);
    if (!isRight)
      problems.push(
        `${id}: asked ${asked}, answered ${answered}, given up ${told}, accepted ${accepted}, stopped ${stopped}`,
      );
  }
  assert.deepEqual(problems, []);
  return { givenUp };
}

function readAnswers(stateDir: string, problems: string[]): { marks: Map<string, Marked>; notices: string[] } {
  const marks = new Map<string, Marked>();
  const notices: string[] = [];
  for (const file of transcriptFiles(stateDir)) {
    let current: Marked[] = [];
    for (const entry of transcriptEntries(file)) {
      const { message } = entry;
      if (entry.openclawRunId !== undefined && message?.role === "user") {
        const asked = idsIn(messageText(message)).map((id) => {
          const marked = marks.get(id) ?? { asked: 0, answered: 0, wentOn: false };
          marks.set(id, marked);
          marked.asked += 1;
          return marked;
        });
        const joins = entry.openclawJoined !== undefined;
        if (joins) for (const marked of current) if (marked.answered > 0) marked.wentOn = true;
        // What joins a run is answered with it, unless the run had answered already.
        const open = joins ? current.filter(({ answered }) => answered === 0) : [];
        current = [...open, ...asked];
      }
      if (message?.role !== "assistant") continue;
      if (messageText(message).includes("given up after")) notices.push(messageText(message));
      else if (toolCallsOf(message).length === 0 && message.stopReason !== "aborted") {
        if (message.stopReason !== "stop") problems.push(describe(entry));
        for (const marked of current) marked.answered += 1;
      }
    }
  }
  return { marks, notices };
}

function idsIn(text: string): string[] {
  return [...text.matchAll(/<(\d+\.\d+)>/g)].map(([, id]) => id ?? "");
}

function describe(entry: StoredEntry): string {
  return `unexpected end ${JSON.stringify(entry).slice(0, 300)}`;
}
