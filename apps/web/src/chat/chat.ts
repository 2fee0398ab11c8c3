import { GatewayClientError, type RequestOptions } from "@openclaw/client";
import type { AgentEvent, ChatEvent, MethodName, ParamsInput, ResultOf } from "@openclaw/protocol";
import {
  type ChatAction,
  type ChatState,
  type Draft,
  emptyDraft,
  initialChatState,
  isBusy,
  type Outgoing,
  reduceChat,
} from "./chat-state.ts";
import { imageAttachment } from "./image-file.ts";
import { isStopText } from "./stop-words.ts";

/** Messages loaded at once. */
const HISTORY_LIMIT = 200;

/** What a chat needs of the connection. */
export interface ChatGateway {
  readonly connected: boolean;
  request<M extends MethodName>(method: M, params: ParamsInput<M>, options?: RequestOptions): Promise<ResultOf<M>>;
}

export interface ChatOptions {
  sessionKey: string;
  gateway: ChatGateway;
  draft?: Draft;
  /** Messages that waited when the page was left. */
  queue?: readonly Outgoing[];
  now: () => number;
  newId: () => string;
  /** Whether the session should report tool calls while they run; asked before the first message. */
  wantsTools: () => boolean;
  /** Whether a text is a command the Gateway answers while a run is active, so that it need not wait. */
  isAnsweredAtOnce?: (text: string) => boolean;
  onChange: () => void;
  /** A run of this session ended, or the session's settings changed. */
  onActivity: () => void;
}

/** One session as the page uses it: its state and what the user can do. */
export interface Chat {
  readonly sessionKey: string;
  readonly state: ChatState;
  load(): Promise<void>;
  setDraft(draft: Draft): void;
  /** Sends the draft, or queues it while a run is active. */
  send(draft?: Draft): void;
  stop(): Promise<void>;
  unqueue(runId: string): void;
  /** Sends the queue after a failure or a stop. */
  resumeQueue(): void;
  /** Makes the session report tool calls, or stop doing so. */
  showTools(shown: boolean): Promise<void>;
  dismissError(): void;
  /** The connection is (again) there: what the Gateway has not confirmed is sent again. */
  connected(): Promise<void>;
  /** Events were lost: what they could have changed is asked for. */
  missedEvents(): Promise<void>;
  agentEvent(event: AgentEvent): void;
  chatEvent(event: ChatEvent): void;
}

export function createChat(options: ChatOptions): Chat {
  const { sessionKey, gateway } = options;
  let state = initialChatState(options.draft, options.queue);
  let askedForTools = false;
  let loading: Promise<void> | undefined;
  let loadAgain = false;
  /** Messages the Gateway has not confirmed; they are sent again after a reconnection, under the same key. */
  const unconfirmed = new Map<string, { message: Outgoing; fromQueue: boolean; handedOver: boolean }>();

  const dispatch = (action: ChatAction) => {
    const next = reduceChat(state, action);
    if (next === state) return;
    state = next;
    options.onChange();
  };

  const loadOnce = async () => {
    dispatch({ type: "history-requested" });
    const endedBefore = state.ended;
    try {
      const { messages, verboseLevel } = await gateway.request("chat.history", { sessionKey, limit: HISTORY_LIMIT });
      dispatch({ type: "history-loaded", messages, limit: HISTORY_LIMIT, verboseLevel, endedBefore });
    } catch (error) {
      // A lost connection is shown elsewhere, and the history is loaded again when it is back.
      if (!isConnectionLoss(error)) dispatch({ type: "history-failed", error: describe(error) });
    }
  };

  /** Loads the history; calls during a load cause exactly one more, so that the last one counts. */
  const load = async (): Promise<void> => {
    if (loading) {
      loadAgain = true;
      return loading;
    }
    loading = (async () => {
      do {
        loadAgain = false;
        await loadOnce();
      } while (loadAgain);
    })();
    try {
      await loading;
    } finally {
      loading = undefined;
    }
  };

  const patchVerbose = async (verboseLevel: "full" | null) => {
    await gateway.request("sessions.patch", { key: sessionKey, verboseLevel });
    dispatch({ type: "verbose-level", level: verboseLevel ?? undefined });
  };

  /** The Gateway reports tool calls only to sessions that are verbose; a level the user chose is left alone. */
  const askForTools = async () => {
    if (askedForTools || state.verboseLevel !== undefined || !options.wantsTools()) return;
    askedForTools = true;
    try {
      await patchVerbose("full");
    } catch (error) {
      if (isConnectionLoss(error)) askedForTools = false;
      // Otherwise this login may not change sessions: the cards then appear when the turn is finished.
    }
  };

  const transmit = async (message: Outgoing, fromQueue: boolean) => {
    const pending = { message, fromQueue, handedOver: unconfirmed.get(message.runId)?.handedOver ?? false };
    unconfirmed.set(message.runId, pending);
    try {
      await askForTools();
      if (!unconfirmed.has(message.runId)) return; // taken back meanwhile
      pending.handedOver = true;
      const answer = await gateway.request(
        "chat.send",
        {
          sessionKey,
          message: message.text,
          deliver: false,
          idempotencyKey: message.runId,
          ...(message.images.length > 0 ? { attachments: message.images.map(imageAttachment) } : {}),
        },
        { timeoutMs: 0 },
      );
      unconfirmed.delete(message.runId);
      // A stop command starts no run, and a repeated message may have been answered while the connection was away.
      if ("aborted" in answer || answer.status === "ok") await settle(message.runId);
    } catch (error) {
      if (isConnectionLoss(error)) return; // sent again by connected()
      unconfirmed.delete(message.runId);
      dispatch({ type: "send-refused", message, error: describe(error), fromQueue });
    }
  };

  const start = (message: Outgoing, fromQueue = false) => {
    dispatch({ type: "sent", message, at: options.now() });
    void transmit(message, fromQueue);
  };

  /** Takes a run for ended without having seen its end. */
  const settle = async (runId: string) => {
    dispatch({ type: "run-gone", runId });
    await load();
    afterRun();
  };

  const afterRun = () => {
    options.onActivity();
    const [next] = state.queue;
    if (next && !isBusy(state) && !state.queuePaused && gateway.connected) start(next, true);
  };

  const stop = async () => {
    // What waits was written for an answer that will not come: the user says whether it is sent.
    dispatch({ type: "queue-paused" });
    for (const { message, handedOver } of [...unconfirmed.values()]) {
      if (handedOver) continue;
      unconfirmed.delete(message.runId);
      dispatch({ type: "send-refused", message, error: undefined, fromQueue: false });
    }
    const own = state.runs.filter((run) => run.own).map((run) => run.runId);
    try {
      const { runIds } = await gateway.request("chat.abort", { sessionKey });
      // Runs the Gateway does not know any more would be waited for in vain.
      for (const runId of own) {
        if (!runIds.includes(runId) && state.runs.some((run) => run.runId === runId)) await settle(runId);
      }
    } catch (error) {
      dispatch({ type: "error", error: `Could not stop: ${describe(error)}` });
    }
  };

  /** Brings the state up to date after events may have been missed. */
  const catchUp = async () => {
    dispatch({ type: "foreign-runs-gone" });
    const confirmed = state.runs.filter((run) => run.own && !unconfirmed.has(run.runId));
    await Promise.all(
      confirmed.map(async ({ runId }) => ((await hasEnded(gateway, runId)) ? settle(runId) : undefined)),
    );
    await load();
    if (!isBusy(state)) afterRun();
  };

  return {
    sessionKey,
    get state() {
      return state;
    },
    async load() {
      await load();
      if (state.queue.length > 0) afterRun();
    },
    setDraft: (draft) => dispatch({ type: "draft", draft }),
    send(draft = state.draft) {
      const text = draft.text.trim();
      if ((text === "" && draft.images.length === 0) || !gateway.connected) return;
      if (draft.images.length === 0 && isStopText(text)) {
        dispatch({ type: "draft", draft: emptyDraft });
        void stop();
        return;
      }
      const message = { runId: options.newId(), text, images: draft.images };
      const waits = draft.images.length > 0 || !options.isAnsweredAtOnce?.(text);
      if (waits && (isBusy(state) || state.queue.length > 0)) {
        dispatch({ type: "queued", message });
        dispatch({ type: "queue-resumed" });
        if (!isBusy(state)) afterRun();
      } else start(message);
    },
    stop,
    unqueue(runId) {
      dispatch({ type: "unqueued", runId });
      afterRun();
    },
    resumeQueue() {
      dispatch({ type: "queue-resumed" });
      afterRun();
    },
    async showTools(shown) {
      askedForTools = shown;
      try {
        await patchVerbose(shown ? "full" : null);
      } catch (error) {
        dispatch({ type: "error", error: `Could not change what the session reports: ${describe(error)}` });
      }
    },
    dismissError: () => dispatch({ type: "error", error: undefined }),
    connected() {
      const again = [...unconfirmed.values()];
      for (const { message, fromQueue } of again) void transmit(message, fromQueue);
      return catchUp();
    },
    missedEvents: catchUp,
    agentEvent(event) {
      const before = state.runs.length;
      dispatch({ type: "agent", event });
      // A run somebody else started: its message is in the history. One that ended may have nothing more to say.
      if (state.runs.length !== before) {
        void load();
        if (state.runs.length < before) afterRun();
      }
    },
    chatEvent(event) {
      const known = state.ended.includes(event.runId) || state.runs.some(({ runId }) => runId === event.runId);
      dispatch({ type: "chat", event, at: options.now() });
      switch (event.state) {
        case "status":
          return;
        case "delta":
          if (!known) void load();
          return;
        case "final":
          void load();
          afterRun();
          return;
        case "aborted":
        case "error":
          // Whether a stopped run had begun with its message is told by the history alone.
          if (!known || state.local.some(({ runId, unanswered }) => runId === event.runId && unanswered)) void load();
          afterRun();
      }
    },
  };
}

/** Whether the Gateway says that a run is over; an unknown answer counts as "still going". */
async function hasEnded(gateway: ChatGateway, runId: string): Promise<boolean> {
  try {
    const { status } = await gateway.request("agent.wait", { runId, timeoutMs: 0 });
    return status !== "timeout";
  } catch (error) {
    return !isConnectionLoss(error); // refused: nothing more will be heard of it
  }
}

function isConnectionLoss(error: unknown): boolean {
  return error instanceof GatewayClientError && (error.code === "disconnected" || error.code === "closed");
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
