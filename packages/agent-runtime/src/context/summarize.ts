import type { ContextMessage } from "@openclaw/sessions";
import type { CompactionPlan } from "./compaction-plan.ts";
import type { CompactionSettings } from "./compaction-settings.ts";
import { cutText, messageAsText } from "./conversation-text.ts";
import { type FileOperations, fileLists, fileOperations, withoutFileLists } from "./file-operations.ts";
import type { MessageSizes } from "./message-sizes.ts";
import { chunkShare, fallbackSummary, toolFailures } from "./safeguard.ts";
import type { SummaryTask } from "./summary-prompt.ts";

/** Asks a model for a summary of at most `maxTokens`. Throws {@link SummaryFailed}, or whatever it was stopped with. */
export type AskForSummary = (task: SummaryTask, maxTokens: number) => Promise<string>;

/** No summary came. */
export class SummaryFailed extends Error {
  override readonly name = "SummaryFailed";
  readonly code = "summary-failed";
  /** The text that was sent was too long for the model. */
  readonly tooLong: boolean;

  constructor(message: string, options: { tooLong?: boolean } = {}) {
    super(message);
    this.tooLong = options.tooLong === true;
  }
}

export interface SummaryOptions {
  plan: CompactionPlan;
  settings: CompactionSettings;
  /** Longest answer of the model, in tokens. */
  modelMaxTokens: number;
  instructions?: string | undefined;
  /** Absent for models that cannot condense anything: then the last words of the user stand for the rest. */
  ask?: AskForSummary | undefined;
  sizes: MessageSizes;
}

export interface Summary {
  text: string;
  /** Of all compactions so far. */
  files: FileOperations;
}

const charsPerToken = 4;
/** Estimates may be wrong by this much. */
const safetyFactor = 1.2;
/** Tokens of the request around the conversation. */
const requestTokens = 1500;
const leastChunkChars = 8000;
const turnHeading = "**Turn Context (split turn):**";

/** Writes the summary that stands for the removed messages. Each of them is in exactly one request that succeeded. */
export async function summarize(options: SummaryOptions): Promise<Summary> {
  const { plan } = options;
  const removed = [...plan.history, ...plan.turnBeginning];
  const files = fileOperations(plan.previous?.details, removed);
  const body = await summaryBody(options, removed);
  const failures = options.settings.mode === "safeguard" ? toolFailures(removed) : "";
  const text = [body, failures, fileLists(files)].filter((part) => part !== "").join("\n\n");
  return { text, files };
}

async function summaryBody(options: SummaryOptions, removed: readonly ContextMessage[]): Promise<string> {
  const { plan, settings, ask } = options;
  const previous = plan.previous === undefined ? undefined : withoutFileLists(plan.previous.summary);
  const instead = () =>
    fallbackSummary({ previous, removed, maxUserChars: Math.floor(settings.keepRecent * charsPerToken * 0.5) });
  if (ask === undefined) return instead();
  const asked = { succeeded: 0 };
  const counting: AskForSummary = async (task, maxTokens) => {
    const text = await ask(task, maxTokens);
    asked.succeeded += 1;
    return text;
  };
  const own = { ...options, ask: counting };
  if (settings.mode === "default") return joinParts(await historyPart(own, previous), await turnPart(own));

  const history = await orNote(historyPart(own, previous), plan.history.length, previous);
  const turn = await orNote(turnPart(own), plan.turnBeginning.length, undefined);
  return asked.succeeded === 0 ? instead() : joinParts(history, turn);
}

type AskingOptions = SummaryOptions & { ask: AskForSummary };

async function historyPart(options: AskingOptions, previous: string | undefined): Promise<string | undefined> {
  const { plan, settings, instructions } = options;
  if (plan.history.length === 0) return previous;
  const maxTokens = Math.min(Math.floor(settings.reserve * 0.8), options.modelMaxTokens);
  const texts = plan.history.map(messageAsText);
  const whole = { kind: "history", previous, instructions } as const;
  if (settings.mode === "default") {
    return fold(options.ask, whole, texts, { maxTokens, chunkChars: capacity(options, maxTokens, previous) });
  }
  const share = chunkShare(plan.history, settings.window, options.sizes);
  const chunkChars = Math.max(leastChunkChars, Math.floor((settings.window * share * charsPerToken) / safetyFactor));
  const chunks = chunksOf(texts, chunkChars);
  if (chunks.length <= 1) return fold(options.ask, whole, texts, { maxTokens, chunkChars });
  const parts: string[] = [];
  for (const chunk of chunks) {
    const part = fold(options.ask, { kind: "history", instructions }, chunk, { maxTokens, chunkChars });
    parts.push((await orNote(part, chunk.length, undefined)) ?? "");
  }
  const text = parts.map((part, index) => `### Part ${index + 1} of ${parts.length}\n\n${part}`).join("\n\n");
  const merged = options.ask({ kind: "merge", text, previous, instructions }, maxTokens);
  // Unmerged parts are still better than none.
  return merged.catch((error: unknown) => {
    if (!(error instanceof SummaryFailed)) throw error;
    return [previous, text].filter((part) => part !== undefined).join("\n\n");
  });
}

async function turnPart(options: AskingOptions): Promise<string | undefined> {
  const { plan, settings } = options;
  if (plan.turnBeginning.length === 0) return undefined;
  const maxTokens = Math.min(Math.floor(settings.reserve * 0.5), options.modelMaxTokens);
  const texts = plan.turnBeginning.map(messageAsText);
  return fold(options.ask, { kind: "turnBeginning" }, texts, { maxTokens, chunkChars: capacity(options, maxTokens) });
}

/** Characters of conversation one request takes. */
function capacity({ settings }: SummaryOptions, maxTokens: number, previous = ""): number {
  const tokens = settings.window - maxTokens - requestTokens - previous.length / charsPerToken;
  return Math.max(leastChunkChars, Math.floor((tokens * charsPerToken) / safetyFactor));
}

/** Summarises texts in as many requests as it takes, each going on from the summary of the one before. */
async function fold(
  ask: AskForSummary,
  task: Omit<SummaryTask, "text">,
  texts: readonly string[],
  limits: { maxTokens: number; chunkChars: number },
): Promise<string> {
  let { previous } = task;
  const waiting = chunksOf(texts, limits.chunkChars);
  for (let chunk = waiting.shift(); chunk !== undefined; chunk = waiting.shift()) {
    try {
      previous = await ask({ ...task, text: joined(chunk, limits.chunkChars), previous }, limits.maxTokens);
    } catch (error) {
      if (!(error instanceof SummaryFailed) || !error.tooLong || chunk.length < 2) throw error;
      const half = Math.ceil(chunk.length / 2);
      waiting.unshift(chunk.slice(0, half), chunk.slice(half));
    }
  }
  return previous ?? "";
}

function joined(texts: readonly string[], limit: number): string {
  return cutText(texts.filter((text) => text !== "").join("\n\n"), limit);
}

/** Consecutive texts that fit together; one that is too long alone is a chunk of its own. */
function chunksOf(texts: readonly string[], limit: number): string[][] {
  const chunks: string[][] = [];
  let size = Number.POSITIVE_INFINITY;
  for (const text of texts) {
    const last = chunks.at(-1);
    if (last === undefined || size + text.length + 2 > limit) {
      chunks.push([text]);
      size = text.length;
    } else {
      last.push(text);
      size += text.length + 2;
    }
  }
  return chunks;
}

/** What is told when a part could not be summarised, so that the rest is not lost with it. */
async function orNote(
  part: Promise<string | undefined>,
  messages: number,
  previous: string | undefined,
): Promise<string | undefined> {
  try {
    return await part;
  } catch (error) {
    if (!(error instanceof SummaryFailed)) throw error;
    const note = `(${messages} messages here could not be summarised: ${error.message})`;
    return previous === undefined ? note : `${previous}\n\n${note}`;
  }
}

function joinParts(history: string | undefined, turn: string | undefined): string {
  if (turn === undefined) return history ?? "";
  const section = `${turnHeading}\n\n${turn}`;
  return history === undefined ? section : `${history}\n\n---\n\n${section}`;
}
