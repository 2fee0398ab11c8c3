import { type OfferedFiles, withFiles } from "../media/web-files.ts";
import type { Connections } from "../ws/connections.ts";

/** At most one `chat` delta per run in this time, ms, for protocol 3 and protocol 4 clients. */
const DELTA_INTERVAL_MS = { v3: 150, v4: 75 } as const;

/** How protocol 4 names the kinds of failures that it tells apart. */
const errorKinds: Record<string, string> = {
  refusal: "refusal",
  timeout: "timeout",
  rate_limit: "rate_limit",
  context_overflow: "context_length",
  context_window: "context_length",
};

/** What the stream needs to know of the outside. */
export interface ChatStreamContext {
  runId: string;
  sessionKey: string;
  agentId: string;
  connections: Connections;
  now(): number;
  /** Text and end are not told; failures are. */
  quiet?: boolean;
  /** Called once, when the run's terminal `chat` event has been sent. */
  onTerminal?: (() => void) | undefined;
}

export type ChatOutcome =
  | {
      state: "final";
      text: string;
      stopReason?: string | undefined;
      usage?: object | undefined;
      mergedInto?: string;
      /** Its files, and what was spoken of it; absent where there are none. */
      files?: OfferedFiles;
    }
  | { state: "error"; errorMessage: string; errorKind?: string | undefined }
  | { state: "aborted"; stopReason: string };

/**
 * The `chat` events of one run: growing deltas, then exactly one terminal event. The text of a turn is that of all its
 * assistant messages in order, separated by blank lines.
 */
export class ChatStream {
  readonly #context: ChatStreamContext;
  #finished: string[] = [];
  #current = "";
  #seq = 0;
  #terminal = false;
  #lastDeltaAt = { v3: Number.NEGATIVE_INFINITY, v4: Number.NEGATIVE_INFINITY };
  #sent = { v3: "", v4: "" };

  constructor(context: ChatStreamContext) {
    this.#context = context;
  }

  get terminal(): boolean {
    return this.#terminal;
  }

  /** Everything visible so far. */
  get text(): string {
    return [...this.#finished, this.#current].filter((text) => text.trim() !== "").join("\n\n");
  }

  /**
   * Takes the visible text of the assistant message that is being written and what was added to it; a text that is
   * all new begins another message. `seq` is that of its agent event.
   */
  update(text: string, delta: string, seq: number): void {
    this.#seq = seq;
    if (this.#current !== "" && text === delta) this.#nextMessage();
    this.#current = text;
    this.#delta();
  }

  /** Takes the number of an agent event that carries no text; the next `chat` event is derived from it. */
  reached(seq: number): void {
    this.#seq = seq;
  }

  /**
   * Sends what the interval held back. Clients of protocol 4, and bridges of protocol 3, take the text from the deltas
   * alone, so this comes before the run's lifecycle `end` and before its terminal event.
   */
  completeDeltas(): void {
    const text = this.text.trim();
    if (!this.#terminal && text !== "")
      this.#sendDelta(text, { v3: text !== this.#sent.v3, v4: text !== this.#sent.v4 });
  }

  #nextMessage(): void {
    if (this.#current.trim() !== "") this.#finished.push(this.#current.trim());
    this.#current = "";
  }

  /** Sends the terminal event; later calls do nothing. */
  end(outcome: ChatOutcome, seq = this.#seq): void {
    if (this.#terminal) return;
    if (outcome.state === "aborted") this.completeDeltas();
    this.#terminal = true;
    const { runId, sessionKey, agentId, quiet } = this.#context;
    const base = { runId, sessionKey, seq };
    if (quiet && outcome.state === "final") return this.#context.onTerminal?.();
    if (outcome.state === "error") {
      const v3 = { ...base, state: "error", errorMessage: outcome.errorMessage };
      this.#broadcast(v3, { ...v3, agentId, errorKind: errorKinds[outcome.errorKind ?? ""] ?? "unknown" });
    } else if (outcome.state === "aborted") {
      const partial = this.text.trim();
      const v3 = {
        ...base,
        state: "aborted",
        stopReason: outcome.stopReason,
        ...(partial ? { message: this.#message(partial) } : {}),
      };
      this.#broadcast(v3, { ...v3, agentId });
    } else {
      const text = outcome.text.trim();
      const v3 = {
        ...base,
        state: "final",
        ...(text || outcome.files ? { message: { ...this.#message(text), ...withFiles(outcome.files) } } : {}),
        ...(outcome.mergedInto ? { mergedInto: outcome.mergedInto } : {}),
      };
      this.#broadcast(v3, {
        ...v3,
        agentId,
        stopReason: outcome.stopReason ?? "stop",
        ...(outcome.usage ? { usage: outcome.usage } : {}),
      });
    }
    this.#context.onTerminal?.();
  }

  /** The terminal event of a command that was answered without a run: the message as it stands in the transcript. */
  answer(message: object): void {
    if (this.#terminal) return;
    this.#terminal = true;
    const { runId, sessionKey, agentId } = this.#context;
    const v3 = { runId, sessionKey, seq: 1, state: "final", message };
    this.#broadcast(v3, { ...v3, agentId, stopReason: "stop" });
    this.#context.onTerminal?.();
  }

  #delta(): void {
    if (this.#terminal) return;
    // Without the blank at the end, which the final text will not have either.
    const text = this.text.trim();
    if (text === "") return;
    const now = this.#context.now();
    const due = {
      v3: now - this.#lastDeltaAt.v3 >= DELTA_INTERVAL_MS.v3,
      v4: now - this.#lastDeltaAt.v4 >= DELTA_INTERVAL_MS.v4,
    };
    if (due.v3) this.#lastDeltaAt.v3 = now;
    if (due.v4) this.#lastDeltaAt.v4 = now;
    this.#sendDelta(text, due);
  }

  #sendDelta(text: string, due: { v3: boolean; v4: boolean }): void {
    const { runId, sessionKey, agentId, connections, quiet } = this.#context;
    if (quiet || (!due.v3 && !due.v4)) return;
    const v3 = { runId, sessionKey, seq: this.#seq, state: "delta", message: this.#message(text) };
    const v4 = due.v4 ? { ...v3, agentId, ...advance(this.#sent.v4, text) } : undefined;
    if (due.v3) this.#sent.v3 = text;
    if (due.v4) this.#sent.v4 = text;
    connections.broadcastVersions("chat", { v3: due.v3 ? v3 : undefined, v4 }, { droppable: true });
  }

  #message(text: string) {
    return { role: "assistant", content: [{ type: "text", text }], timestamp: this.#context.now() };
  }

  #broadcast(v3: object, v4: object): void {
    this.#context.connections.broadcastVersions("chat", { v3, v4 });
  }
}

/** How protocol 4 tells a client to get from the text it has to the next one. */
function advance(before: string, text: string): { deltaText: string; replace?: true } {
  return text.startsWith(before) ? { deltaText: text.slice(before.length) } : { deltaText: text, replace: true };
}
