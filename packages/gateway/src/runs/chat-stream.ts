import type { Connections } from "../ws/connections.ts";

/** At most one `chat` delta per run in this time, ms, for protocol 3 and protocol 4 clients. */
const DELTA_INTERVAL_MS = { v3: 150, v4: 75 } as const;

/** What the stream needs to know of the outside. */
export interface ChatStreamContext {
  runId: string;
  sessionKey: string;
  agentId: string;
  connections: Connections;
  now(): number;
  /** Called once, when the run's terminal `chat` event has been sent. */
  onTerminal?: (() => void) | undefined;
}

export type ChatOutcome =
  | { state: "final"; text: string; stopReason?: string | undefined; usage?: object | undefined; mergedInto?: string }
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
  #sentV4 = "";

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

  #nextMessage(): void {
    if (this.#current.trim() !== "") this.#finished.push(this.#current.trim());
    this.#current = "";
  }

  /** Sends the terminal event; later calls do nothing. */
  end(outcome: ChatOutcome, seq = this.#seq): void {
    if (this.#terminal) return;
    this.#terminal = true;
    const { runId, sessionKey, agentId } = this.#context;
    const base = { runId, sessionKey, seq };
    if (outcome.state === "error") {
      const v3 = { ...base, state: "error", errorMessage: outcome.errorMessage };
      this.#broadcast(v3, { ...v3, agentId, errorKind: outcome.errorKind ?? "unknown" });
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
        ...(text ? { message: this.#message(text) } : {}),
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

  #delta(): void {
    if (this.#terminal) return;
    const text = this.text;
    if (text.trim() === "") return;
    const now = this.#context.now();
    const due = {
      v3: now - this.#lastDeltaAt.v3 >= DELTA_INTERVAL_MS.v3,
      v4: now - this.#lastDeltaAt.v4 >= DELTA_INTERVAL_MS.v4,
    };
    if (!due.v3 && !due.v4) return;
    const { runId, sessionKey, agentId, connections } = this.#context;
    const v3 = { runId, sessionKey, seq: this.#seq, state: "delta", message: this.#message(text) };
    let v4: object | undefined;
    if (due.v4) {
      const extends_ = text.startsWith(this.#sentV4);
      v4 = {
        ...v3,
        agentId,
        deltaText: extends_ ? text.slice(this.#sentV4.length) : text,
        ...(extends_ ? {} : { replace: true }),
      };
      this.#sentV4 = text;
      this.#lastDeltaAt.v4 = now;
    }
    if (due.v3) this.#lastDeltaAt.v3 = now;
    connections.broadcastVersions("chat", { v3: due.v3 ? v3 : undefined, v4 }, { droppable: true });
  }

  #message(text: string) {
    return { role: "assistant", content: [{ type: "text", text }], timestamp: this.#context.now() };
  }

  #broadcast(v3: object, v4: object): void {
    this.#context.connections.broadcastVersions("chat", { v3, v4 });
  }
}
