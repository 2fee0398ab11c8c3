import type { JSONValue } from "@ai-sdk/provider";

/** What the offline assistant sees of one turn: the last message and what its own tool calls brought since. */
export interface Turn {
  /** The message without its wrapping, politeness and final punctuation. */
  readonly text: string;
  /** The time the message says it was sent at, as written in its stamp. */
  readonly stamp?: Stamp;
  readonly hasImages: boolean;
  readonly system: string;
  /** Names of the tools that may be called. */
  readonly tools: ReadonlySet<string>;
  /** Results since the message, one list per model call, oldest first. */
  readonly rounds: readonly (readonly ToolOutcome[])[];
  /** Milliseconds since the epoch. */
  readonly now: number;
}

export interface Stamp {
  /** Such as `Fri`. */
  readonly weekday: string;
  /** `YYYY-MM-DD`. */
  readonly date: string;
  /** `HH:MM`. */
  readonly time: string;
  readonly zone: string;
}

export interface ToolOutcome {
  readonly tool: string;
  readonly text: string;
  /** Set when the tool failed: why. */
  readonly error?: string;
}

export interface ToolRequest {
  readonly tool: string;
  readonly input: Readonly<Record<string, JSONValue>>;
}

/** What the assistant does next: call tools and come back, or answer. */
export type Step = { readonly calls: readonly ToolRequest[] } | { readonly say: string };

/** One thing the assistant understands. */
export interface Intent {
  readonly name: string;
  /** Sentences that trigger it, for the help text and the tests. */
  readonly examples: readonly string[];
  /** Tried in order against the message; named groups go to the plan. */
  readonly patterns: readonly RegExp[];
  plan(slots: Slots, turn: Turn): Step;
}

/** The named groups of the pattern that matched, trimmed, quotes removed; absent ones are left out. */
export type Slots = Readonly<Record<string, string | undefined>>;

export function say(text: string): Step {
  return { say: text };
}

export function call(...calls: ToolRequest[]): Step {
  return { calls };
}

/** The date of the message, else today's in UTC: `YYYY-MM-DD`. */
export function turnDate(turn: Turn): string {
  return turn.stamp?.date ?? new Date(turn.now).toISOString().slice(0, 10);
}
