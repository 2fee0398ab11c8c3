import type { ThinkingLevel } from "@openclaw/models";
import { type ElevatedLevel, type ReasoningLevel, readLevel, type VerboseLevel } from "../levels/level-words.ts";
import { codeRanges, insideRange, type Range } from "../reply/code-ranges.ts";
import { cutRanges } from "./cut-ranges.ts";
import { type ExecChange, readExecArgument, unknownExecOption } from "./exec-directive.ts";
import { type QueueChange, readQueueArgument, unknownQueueMode } from "./queue-directive.ts";

/**
 * A setting in a message. Without a value it asks what is in force. `wrong` is what the user is told, or the word that
 * is no level, when the message is nothing but this directive and an argument that is not understood.
 */
export type Directive =
  | { name: "think"; value: ThinkingLevel | undefined; wrong?: string }
  | { name: "verbose"; value: VerboseLevel | undefined; wrong?: string }
  | { name: "reasoning"; value: ReasoningLevel | undefined; wrong?: string }
  | { name: "elevated"; value: ElevatedLevel | undefined; wrong?: string }
  | { name: "exec"; value: ExecChange | undefined; wrong?: string }
  | { name: "model"; value: string | undefined; wrong?: string }
  | { name: "queue"; value: QueueChange | undefined; wrong?: string };

export type DirectiveName = Directive["name"];

export interface ParsedDirectives {
  /** The message without its directives; every other character is where it was. */
  text: string;
  directives: Directive[];
  /** Nothing is left but blanks: the directives are the message. */
  only: boolean;
}

export interface DirectiveOptions {
  /** Aliases of models, in lower case; `/alias` is short for `/model alias`. */
  aliases?: ReadonlySet<string>;
  /** Whether a word can be what `/model` is to use, where more text follows. Default: every word. */
  acceptsModel?: (word: string) => boolean;
}

const names: Readonly<Record<string, DirectiveName>> = {
  think: "think",
  thinking: "think",
  t: "think",
  verbose: "verbose",
  v: "verbose",
  reasoning: "reasoning",
  reason: "reasoning",
  elevated: "elevated",
  elev: "elevated",
  exec: "exec",
  model: "model",
  queue: "queue",
};

interface Found {
  directive: Directive;
  range: Range;
}

/**
 * Finds `/name`, `/name argument` and `/name: argument` in a text, outside code. An argument stands on the line of its
 * directive.
 */
export function parseDirectives(text: string, options: DirectiveOptions = {}): ParsedDirectives {
  if (!text.includes("/")) return { text, directives: [], only: false };
  const code = codeRanges(text);
  const found: Found[] = [];
  let from = 0;
  for (const match of text.matchAll(/(^|\s)\/([a-z0-9][a-z0-9_.-]*)(?:@[a-z0-9_]+)?(?=$|\s|:)/gi)) {
    const start = match.index + (match[1]?.length ?? 0);
    if (start < from || insideRange(code, start)) continue;
    const one = readDirective(text, start, match.index + match[0].length, match[2] ?? "", code, options);
    if (one === undefined) continue;
    found.push(one);
    from = one.range[1];
  }
  if (found.length === 0) return { text, directives: [], only: false };
  const rest = cutRanges(
    text,
    found.map(({ range }) => range),
  );
  const [first] = found;
  const lone = found.length === 1 && first ? loneDirective(text, first) : undefined;
  if (lone !== undefined) return { text: "", directives: [lone], only: true };
  return { text: rest, directives: found.map(({ directive }) => directive), only: rest.trim() === "" };
}

function readDirective(
  text: string,
  start: number,
  nameEnd: number,
  word: string,
  code: readonly Range[],
  options: DirectiveOptions,
): Found | undefined {
  const lower = word.toLowerCase();
  const name = Object.hasOwn(names, lower) ? names[lower] : undefined;
  if (name === undefined) {
    if (!options.aliases?.has(lower)) return undefined;
    return { directive: { name: "model", value: word }, range: [start, text[nameEnd] === ":" ? nameEnd + 1 : nameEnd] };
  }
  const bare = text[nameEnd] === ":" ? nameEnd + 1 : nameEnd;
  const next = (at: number) => wordAfter(text, at, code);
  switch (name) {
    case "think": {
      const one = next(bare);
      const two = one && /^(?:x|extra)$/i.test(one.word) ? next(one.end) : undefined;
      const both = one && two ? readLevel("thinking", `${one.word} ${two.word}`) : undefined;
      if (both !== undefined && two) return { directive: { name, value: both }, range: [start, two.end] };
      const value = one && readLevel("thinking", one.word);
      return { directive: { name, value }, range: [start, value === undefined || !one ? bare : one.end] };
    }
    case "verbose":
    case "reasoning":
    case "elevated": {
      const one = next(bare);
      const value = one && readLevel(name, one.word);
      const directive = { name, value } as Extract<Directive, { name: typeof name }>;
      return { directive, range: [start, value === undefined || !one ? bare : one.end] };
    }
    case "model": {
      const one = next(bare);
      const takes = one !== undefined && (options.acceptsModel?.(one.word) ?? true);
      return {
        directive: { name, value: takes ? one.word : undefined },
        range: [start, takes ? one.end : bare],
      };
    }
    case "exec": {
      const { value, end } = readArguments<ExecChange>(bare, next, readExecArgument);
      return { directive: { name, value }, range: [start, end] };
    }
    case "queue": {
      const { value, end } = readArguments<QueueChange>(bare, next, readQueueArgument);
      return { directive: { name, value }, range: [start, end] };
    }
  }
}

interface Word {
  word: string;
  end: number;
}

/** The next word on the same line, unless it is code. */
function wordAfter(text: string, at: number, code: readonly Range[]): Word | undefined {
  const match = /^[ \t]*:?[ \t]*(\S+)/.exec(text.slice(at, at + 4096));
  const word = match?.[1];
  if (match === null || word === undefined) return undefined;
  const end = at + match[0].length;
  return insideRange(code, end - word.length) ? undefined : { word, end };
}

/** Arguments as long as they are understood. */
function readArguments<V extends object>(
  from: number,
  next: (at: number) => Word | undefined,
  read: (token: string) => V | { problem: string } | undefined,
): { value: V | undefined; end: number } {
  let value: V | undefined;
  let end = from;
  for (let one = next(end); one !== undefined; one = next(end)) {
    const change = read(one.word);
    if (change === undefined || "problem" in change) break;
    value = { ...value, ...change } as V;
    end = one.end;
  }
  return { value, end };
}

/** A message that is one directive and an argument that is not understood; undefined for every other message. */
function loneDirective(text: string, { directive, range }: Found): Directive | undefined {
  if (text.slice(0, range[0]).trim() !== "") return undefined;
  const words = text.slice(range[1]).trim().replace(/^:/, "").split(/\s+/).filter(Boolean);
  if (words.length === 0) return undefined;
  switch (directive.name) {
    case "exec":
      return withProblems(directive, words, readExecArgument, unknownExecOption);
    case "queue":
      return withProblems(directive, words, readQueueArgument, unknownQueueMode);
    case "model":
      return words.length === 1 && directive.value === undefined ? { ...directive, value: words[0] } : undefined;
    default:
      if (words.length > 1 || directive.value !== undefined) return undefined;
      return { ...directive, wrong: words[0] ?? "" };
  }
}

/** All words are options of the directive, but for one at most; what is wrong with them is told together. */
function withProblems<D extends Directive>(
  directive: D,
  words: readonly string[],
  read: (token: string) => object | { problem: string } | undefined,
  unknown: (word: string) => string,
): D | undefined {
  const answers = words.map((word) => read(word) ?? { problem: unknown(word), foreign: true });
  const foreign = answers.filter((answer) => "foreign" in answer).length;
  if (foreign > 1 || (foreign === 1 && directive.value !== undefined)) return undefined;
  const problems = answers.flatMap((answer) => ("problem" in answer ? [answer.problem] : []));
  return { ...directive, wrong: problems.join(" ") };
}
