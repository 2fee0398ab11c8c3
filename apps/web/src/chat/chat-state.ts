import type { AgentEvent, ChatEvent, ChatMessage } from "@openclaw/protocol";
import { historyTurns } from "./history-turns.ts";
import { finishedParts, type LiveRun, newRun, withAgentEvent, withChatDelta, withoutKnownParts } from "./live-run.ts";
import { filesOfMessage, textOfContent } from "./message-content.ts";
import type { ChatImage, Part, Turn } from "./turn.ts";

/** What the user is writing or has written. */
export interface Draft {
  text: string;
  images: readonly ChatImage[];
}

export const emptyDraft: Draft = { text: "", images: [] };

/** A message on its way; the run id is also its idempotency key. */
export interface Outgoing extends Draft {
  runId: string;
}

/** A turn this page knows of before the history contains it. */
export interface LocalTurn {
  turn: Turn;
  runId: string;
  /** The run has ended: the next history contains it. */
  done: boolean;
  /** The run ended by a stop before anything came of it: the Gateway may have discarded the message. */
  unanswered?: boolean;
}

/** Everything the page shows of one session. */
export interface ChatState {
  history: "none" | "loading" | "loaded" | "failed";
  turns: readonly Turn[];
  /** Commands sent from this page, by the id of the turn that answers them: the history holds only the answers. */
  commands: ReadonlyMap<string, Turn>;
  /** There are earlier messages that were not loaded. */
  truncated: boolean;
  local: readonly LocalTurn[];
  runs: readonly LiveRun[];
  queue: readonly Outgoing[];
  /** The queue waits for the user, after a failure or a stop. */
  queuePaused: boolean;
  draft: Draft;
  /** Shown above the composer until dismissed or the next message is sent. */
  error?: string | undefined;
  /** The session's own verbose level, when it has one. */
  verboseLevel?: string | undefined;
  /** What a screen reader is told last; the number makes equal texts distinct. */
  announcement: { text: string; count: number };
  /** Runs whose end was seen; later events of theirs are ignored. */
  ended: readonly string[];
}

export type ChatAction =
  | { type: "history-requested" }
  | { type: "history-failed"; error: string }
  | {
      type: "history-loaded";
      messages: readonly ChatMessage[];
      limit: number;
      verboseLevel?: string | undefined;
      /** Runs that had ended when the history was asked for. */
      endedBefore: readonly string[];
    }
  | { type: "draft"; draft: Draft }
  | { type: "queued"; message: Outgoing }
  | { type: "unqueued"; runId: string }
  | { type: "queue-paused" }
  | { type: "queue-resumed" }
  | { type: "sent"; message: Outgoing; at: number }
  /** The message was not taken; without an error the user took it back. */
  | { type: "send-refused"; message: Outgoing; error: string | undefined; fromQueue: boolean }
  | { type: "run-gone"; runId: string }
  | { type: "foreign-runs-gone" }
  | { type: "agent"; event: AgentEvent }
  | { type: "chat"; event: ChatEvent; at: number }
  | { type: "verbose-level"; level: string | undefined }
  | { type: "error"; error: string | undefined };

/** How many ended runs are remembered. */
const ENDED_KEPT = 100;

export function initialChatState(draft: Draft = emptyDraft, queue: readonly Outgoing[] = []): ChatState {
  return {
    history: "none",
    turns: [],
    commands: new Map(),
    truncated: false,
    local: [],
    runs: [],
    queue,
    queuePaused: false,
    draft,
    announcement: { text: "", count: 0 },
    ended: [],
  };
}

/** A message sent now would have to wait. */
export function isBusy(state: ChatState): boolean {
  return state.runs.length > 0;
}

export function reduceChat(state: ChatState, action: ChatAction): ChatState {
  switch (action.type) {
    case "history-requested":
      return { ...state, history: state.history === "loaded" ? "loaded" : "loading" };
    case "history-failed":
      return { ...state, history: state.history === "loaded" ? "loaded" : "failed", error: action.error };
    case "history-loaded":
      return withHistory(state, action);
    case "draft":
      return { ...state, draft: action.draft };
    case "queued":
      return { ...state, queue: [...state.queue, action.message], draft: emptyDraft };
    case "unqueued": {
      const queue = state.queue.filter(({ runId }) => runId !== action.runId);
      return { ...state, queue, queuePaused: state.queuePaused && queue.length > 0 };
    }
    case "queue-paused":
      return state.queue.length === 0 ? state : { ...state, queuePaused: true };
    case "queue-resumed":
      return { ...state, queuePaused: false, error: undefined };
    case "sent":
      return withSent(state, action.message, action.at);
    case "send-refused":
      return withRefusal(state, action);
    case "run-gone":
      return endRun(state, action.runId, (run) => finishedParts(run, ""));
    case "foreign-runs-gone":
      return { ...state, runs: state.runs.filter(({ own }) => own) };
    case "agent":
      return withAgent(state, action.event);
    case "chat":
      return withChat(state, action.event, action.at);
    case "verbose-level":
      return { ...state, verboseLevel: action.level };
    case "error":
      return { ...state, error: action.error };
  }
}

function withHistory(state: ChatState, action: Extract<ChatAction, { type: "history-loaded" }>): ChatState {
  const loaded = historyTurns(action.messages);
  const commands = withAnsweredCommands(state, loaded, action.endedBefore);
  const turns = loaded.flatMap((turn) => [commands.get(turn.id) ?? [], turn].flat());
  const discarded = discardedMessages(state, loaded, action.endedBefore);
  const last = turns.at(-1);
  const lastParts: readonly Part[] = last?.kind === "assistant" ? last.parts : [];
  const running = new Set(state.runs.map(({ runId }) => runId));
  const shownUsers = turns.filter((turn) => turn.kind === "user");
  const local = state.local.filter(({ turn, runId, done }) => {
    if (done && action.endedBefore.includes(runId)) return false;
    // A message whose run goes on is in the history too, as one of the last things the user said.
    return !(
      turn.kind === "user" &&
      running.has(runId) &&
      shownUsers.slice(-state.local.length).some((shown) => isSameMessage(shown, turn))
    );
  });
  return {
    ...state,
    history: "loaded",
    turns,
    commands,
    truncated: action.messages.length >= action.limit,
    local,
    queue: [...discarded, ...state.queue],
    queuePaused: state.queuePaused || discarded.length > 0,
    runs: state.runs.map((run) => withoutKnownParts(run, lastParts)),
    verboseLevel: action.verboseLevel,
  };
}

/** Finds the answers of commands that have ended among the turns that were not there before. */
function withAnsweredCommands(
  state: ChatState,
  loaded: readonly Turn[],
  endedBefore: readonly string[],
): ReadonlyMap<string, Turn> {
  const known = new Set(state.turns.map(({ id }) => id));
  const answers = loaded.filter((turn) => turn.kind === "assistant" && turn.injected && !known.has(turn.id));
  const commands = new Map(state.commands);
  for (const { turn, runId, done } of state.local) {
    if (turn.kind !== "user" || !turn.text.startsWith("/") || !done || !endedBefore.includes(runId)) continue;
    if (loaded.some((other) => other.kind === "user" && !known.has(other.id) && isSameMessage(other, turn))) continue;
    const answer = answers.shift();
    if (answer) commands.set(answer.id, turn);
  }
  return commands;
}

/** Messages that waited in the Gateway when a stop discarded them: they wait for the user now. */
function discardedMessages(state: ChatState, loaded: readonly Turn[], endedBefore: readonly string[]): Outgoing[] {
  const known = new Set(state.turns.map(({ id }) => id));
  const added = loaded.flatMap((turn) => (turn.kind === "user" && !known.has(turn.id) ? [turn] : []));
  return state.local.flatMap(({ turn, runId, unanswered }) => {
    if (turn.kind !== "user" || !unanswered || !endedBefore.includes(runId)) return [];
    if (added.some((other) => isSameMessage(other, turn))) return [];
    // The Gateway knows the old key as answered.
    return [{ runId: `${runId}-again`, text: turn.text, images: turn.images }];
  });
}

function isSameMessage(shown: Turn & { kind: "user" }, sent: Turn & { kind: "user" }): boolean {
  const [a, b] = [shown.text.trim(), sent.text.trim()];
  return a === b || (b !== "" && (a.startsWith(b) || a.endsWith(b)));
}

function withSent(state: ChatState, message: Outgoing, at: number): ChatState {
  const { runId, text, images } = message;
  const turn: Turn = { kind: "user", id: `sent-${runId}`, text, images, at };
  const wasDraft = !state.queue.some((queued) => queued.runId === runId);
  return {
    ...state,
    queue: state.queue.filter((queued) => queued.runId !== runId),
    local: [...state.local, { turn, runId, done: false }],
    runs: [...state.runs, newRun(runId, true)],
    draft: wasDraft ? emptyDraft : state.draft,
    error: undefined,
  };
}

/** Nothing that was typed is lost: the message goes back to where it came from. */
function withRefusal(
  state: ChatState,
  { message, error, fromQueue }: Extract<ChatAction, { type: "send-refused" }>,
): ChatState {
  const { runId, text, images } = message;
  const failed: ChatState = {
    ...state,
    local: state.local.filter((item) => item.runId !== runId),
    runs: state.runs.filter((run) => run.runId !== runId),
    error,
  };
  if (fromQueue) return { ...failed, queue: [message, ...state.queue], queuePaused: true };
  const typed = state.draft.text;
  return {
    ...failed,
    draft: { text: typed && text ? `${text}\n${typed}` : text || typed, images: [...images, ...state.draft.images] },
  };
}

function withAgent(state: ChatState, event: AgentEvent): ChatState {
  if (state.ended.includes(event.runId) || event.isHeartbeat) return state;
  const known = state.runs.find(({ runId }) => runId === event.runId);
  const ends = event.stream === "lifecycle" && (event.data.phase === "end" || event.data.phase === "error");
  if (ends) {
    // What this page sent ends with its `chat` event. Others may have none: heartbeats are not announced there.
    return known && !known.own ? endRun(state, event.runId, (run) => finishedParts(run, "")) : state;
  }
  if (known) return replaceRun(state, withAgentEvent(known, event));
  const begins = event.stream === "lifecycle" || event.stream === "assistant" || event.stream === "tool";
  return begins ? { ...state, runs: [...state.runs, withAgentEvent(newRun(event.runId, false), event)] } : state;
}

function withChat(state: ChatState, event: ChatEvent, at: number): ChatState {
  if (state.ended.includes(event.runId)) return state;
  const known = state.runs.find(({ runId }) => runId === event.runId);
  switch (event.state) {
    case "status":
      return state;
    case "delta": {
      const next = withChatDelta(known ?? newRun(event.runId, false), event);
      return known ? replaceRun(state, next) : { ...state, runs: [...state.runs, next] };
    }
    case "final": {
      const text = event.message ? textOfContent(event.message.content) : "";
      const files = event.message ? filesOfMessage(event.message) : [];
      const ended = endRun(state, event.runId, (run) => [...finishedParts(run, text), ...files], { at });
      return text ? announce(ended, text) : ended;
    }
    case "aborted": {
      const text = event.message ? textOfContent(event.message.content) : "";
      return announce(
        endRun(state, event.runId, (run) => finishedParts(run, text), { at, stopped: true }),
        "Stopped.",
      );
    }
    case "error": {
      const text = event.errorMessage || "The run failed without a reason.";
      const ended = endRun(state, event.runId, (run) => [...finishedParts(run, ""), { kind: "error", text }], { at });
      return announce(ended, `Error: ${text}`);
    }
  }
}

/** Takes a run off the list and keeps what it produced until the history has it. */
function endRun(
  state: ChatState,
  runId: string,
  parts: (run: LiveRun) => Part[],
  extra: { at?: number; stopped?: boolean } = {},
): ChatState {
  const run = state.runs.find((item) => item.runId === runId) ?? newRun(runId, false);
  const produced = parts(run);
  const turn: Turn = { kind: "assistant", id: `run-${runId}`, parts: produced, ...extra };
  const unanswered = extra.stopped === true && produced.length === 0;
  const marked = state.local.map((item) =>
    item.runId === runId ? { ...item, done: true, ...(unanswered ? { unanswered } : {}) } : item,
  );
  const shown = produced.length > 0 || extra.stopped;
  return {
    ...state,
    runs: state.runs.filter((item) => item.runId !== runId),
    local: shown ? [...marked, { turn, runId, done: true }] : marked,
    ended: [...state.ended, runId].slice(-ENDED_KEPT),
  };
}

function replaceRun(state: ChatState, next: LiveRun): ChatState {
  return { ...state, runs: state.runs.map((run) => (run.runId === next.runId ? next : run)) };
}

function announce(state: ChatState, text: string): ChatState {
  return { ...state, announcement: { text, count: state.announcement.count + 1 } };
}
