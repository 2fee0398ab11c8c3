import crypto from "node:crypto";
import { WebSocket } from "ws";

export interface ChatEvent {
  runId: string;
  sessionKey: string;
  state: "delta" | "final" | "error" | "aborted";
  message?: { content: { type: string; text?: string }[] };
  errorMessage?: string;
  stopReason?: string;
  /** The run that took the message up, when it ended that way. */
  mergedInto?: string;
}

/** A response as it came over the wire. */
export interface Answer {
  ok: boolean;
  payload?: Record<string, unknown>;
  error?: { code: string; message: string };
}

export interface HistoryMessage {
  role: string;
  content: { type: string; text?: string; name?: string }[];
  stopReason?: string;
  isError?: boolean;
}

interface EventFrame {
  event: string;
  payload: unknown;
}

/** A chat client that speaks the wire protocol by itself and remembers every event. */
export class ChatClient {
  readonly events: EventFrame[] = [];
  /** How the connection ended. */
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #socket: WebSocket;
  readonly #answers = new Map<string, { resolve(answer: Answer): void; reject(error: Error): void }>();
  readonly #watchers = new Set<{ event(frame: EventFrame): void; closed(error: Error): void }>();
  #nextId = 0;
  #end: Error | undefined;

  /** Rejects when the Gateway refuses the connection. */
  static async connect(url: string, token: string): Promise<ChatClient> {
    const client = new ChatClient(new WebSocket(url));
    await client.#event((frame) => frame.event === "connect.challenge");
    const hello = await client.request("connect", {
      minProtocol: 3,
      maxProtocol: 3,
      client: { id: "cli", version: "1.0.0", platform: "linux", mode: "cli" },
      role: "operator",
      scopes: ["operator.read", "operator.write", "operator.admin"],
      auth: { token },
    });
    if (!hello.ok) throw new Error(hello.error?.message);
    return client;
  }

  private constructor(socket: WebSocket) {
    this.#socket = socket;
    socket.on("message", (data) => this.#take(JSON.parse(String(data))));
    socket.on("error", (error) => this.#close(error));
    this.closed = new Promise((resolve) => {
      socket.on("close", (code, reason) => {
        this.#close(new Error(`the connection ended with ${code} ${reason}`));
        resolve({ code, reason: String(reason) });
      });
    });
  }

  /** Rejects only when the connection ends before the answer. */
  request(method: string, params: object): Promise<Answer> {
    if (this.#end) return Promise.reject(this.#end);
    this.#nextId += 1;
    const id = String(this.#nextId);
    return new Promise((resolve, reject) => {
      this.#answers.set(id, { resolve, reject });
      this.#socket.send(JSON.stringify({ type: "req", id, method, params }));
    });
  }

  /** The payload of the answer. @throws when it is an error */
  async call(method: string, params: object): Promise<Record<string, unknown>> {
    const { payload, error } = await this.request(method, params);
    if (!payload) throw new Error(`${method}: ${error?.message}`);
    return payload;
  }

  /** Sends a chat message; its key is the run id. */
  send(sessionKey: string, message: string, options: { key?: string; timeoutMs?: number } = {}) {
    const { key = crypto.randomUUID(), ...rest } = options;
    return this.request("chat.send", { sessionKey, message, idempotencyKey: key, ...rest });
  }

  async history(sessionKey: string): Promise<HistoryMessage[]> {
    return (await this.call("chat.history", { sessionKey, limit: 1000 })).messages as HistoryMessage[];
  }

  waitForRun(runId: string, timeoutMs = 30_000): Promise<Record<string, unknown>> {
    return this.call("agent.wait", { runId, timeoutMs });
  }

  /** The first `chat` event that fits, also one that is already there. */
  async chat(fits: (event: ChatEvent) => boolean): Promise<ChatEvent> {
    const frame = await this.#event(({ event, payload }) => event === "chat" && fits(payload as ChatEvent));
    return frame.payload as ChatEvent;
  }

  /** The end of a run, as chats see it. */
  terminal(runId: string): Promise<ChatEvent> {
    return this.chat((event) => event.runId === runId && event.state !== "delta");
  }

  /** The first event of a name. */
  async event(name: string): Promise<unknown> {
    return (await this.#event(({ event }) => event === name)).payload;
  }

  close(): void {
    this.#socket.close();
  }

  #event(fits: (frame: EventFrame) => boolean): Promise<EventFrame> {
    const known = this.events.find(fits);
    if (known) return Promise.resolve(known);
    if (this.#end) return Promise.reject(this.#end);
    return new Promise((resolve, reject) => {
      const watcher = {
        event: (frame: EventFrame) => {
          if (!fits(frame)) return;
          this.#watchers.delete(watcher);
          resolve(frame);
        },
        closed: reject,
      };
      this.#watchers.add(watcher);
    });
  }

  #take(frame: { type: string; id: string } & Answer & EventFrame): void {
    if (frame.type === "res") {
      this.#answers.get(frame.id)?.resolve(frame);
      this.#answers.delete(frame.id);
      return;
    }
    this.events.push(frame);
    for (const watcher of [...this.#watchers]) watcher.event(frame);
  }

  #close(error: Error): void {
    this.#end ??= error;
    for (const { reject } of this.#answers.values()) reject(this.#end);
    for (const { closed } of this.#watchers) closed(this.#end);
    this.#answers.clear();
    this.#watchers.clear();
  }
}

/** The text of a message, its text blocks joined. */
export function textOf(message: { content: { type: string; text?: string }[] } | undefined): string {
  return (message?.content ?? []).map((block) => block.text ?? "").join("");
}
