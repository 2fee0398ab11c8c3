import type { ConnectionState, GatewayClient } from "@openclaw/client";
import type { ParamsInput, ResultOf, SessionRow } from "@openclaw/protocol";
import { createActiveRuns } from "./active-runs.ts";
import type { FooterFacts } from "./footer.ts";
import { messageText } from "./message-text.ts";
import { createOutgoing } from "./outgoing.ts";
import type { PastedImage } from "./pasted-image.ts";
import { agentOfKey, fullSessionKey, shortSessionKey } from "./session-keys.ts";
import { showHistory } from "./show-history.ts";
import type { Activity, StatusLine } from "./status-line.ts";
import type { TranscriptView } from "./transcript-view.ts";

/** What the person chose for this conversation; the slash commands change it. */
export interface ConversationSettings {
  /** Answers also go to the session's channel. */
  deliver: boolean;
  showThinking: boolean;
  /** Tool cards show all of their output. */
  expanded: boolean;
}

/** The session a conversation opens with, and how. */
export interface ConversationStart {
  session: string;
  /** Sent once the history is there. */
  message?: string | undefined;
  thinking?: string | undefined;
  timeoutMs?: number | undefined;
  /** Messages to load, at most 1000. */
  historyLimit: number;
}

/** What a conversation needs around it. */
export interface ConversationOptions {
  client: GatewayClient;
  view: TranscriptView;
  status: StatusLine;
  settings: ConversationSettings;
  start: ConversationStart;
  now: () => number;
  newRunId: () => string;
  redraw(): void;
}

type Agents = ResultOf<"agents.list">;
/** What of a session a person changes from here. */
export type SessionPatch = Omit<ParamsInput<"sessions.patch">, "key">;

/** One session of the Gateway at a time: what is said in it, in both directions. */
export type Conversation = ReturnType<typeof createConversation>;

/** Opens a conversation over a client that is connected or comes to be. */
export function createConversation(options: ConversationOptions) {
  const { client, view, status, settings, start, now, redraw } = options;
  const runs = createActiveRuns(view);
  let agents: Agents = { defaultId: "main", mainKey: "main", scope: "per-sender", agents: [] };
  let agentId = agentOfKey(start.session) ?? "";
  let key = "";
  let row: Partial<SessionRow> = {};
  let defaults: { model?: string | undefined; context?: number | undefined } = {};
  let connectedBefore = false;
  let dropped = false;
  let firstMessage = start.message;
  /** Counts loads and endings of runs: what was read before either changed is old. */
  let loads = 0;
  let endings = 0;
  let missed = false;
  /** What was sent and whose run has not ended: a history that is read meanwhile may lack it. */
  const unrecorded = new Map<string, { text: string; sentAt: number }>();

  const outgoing = createOutgoing(client, {
    onAnswer(runId, answer) {
      if (!("aborted" in answer)) {
        // Events of the run may have overtaken this.
        if (doing === "sending") activity("waiting");
        return;
      }
      over(runId);
      view.addLine(answer.aborted ? "run aborted" : "no active run");
    },
    onRefusal(runId, reason) {
      over(runId);
      view.addLine(`send failed: ${reason}`, "error");
    },
    onHeld: () => view.addLine("not connected: the message goes out when the gateway is back"),
  });

  let since: number | undefined;
  let doing: Activity["kind"] = "idle";

  function activity(kind: Activity["kind"]): void {
    doing = kind;
    status.setActivity(kind === "idle" ? { kind } : { kind, since: since ?? now() });
  }

  function over(runId: string): void {
    runs.drop(runId);
    unrecorded.delete(runId);
    endings += 1;
    if (runs.size > 0) return;
    since = undefined;
    activity("idle");
  }

  function fail(what: string): (error: unknown) => void {
    return (error) => {
      view.addLine(`${what} failed: ${error instanceof Error ? error.message : String(error)}`, "error");
      redraw();
    };
  }

  async function refreshRow(): Promise<void> {
    // The session that is open was used last, so it is among the newest.
    const { sessions, defaults: usual } = await client.request("sessions.list", { limit: 50, includeGlobal: true });
    defaults = { model: modelName(usual.modelProvider, usual.model), context: usual.contextTokens ?? undefined };
    row = sessions.find((session) => session.key === key) ?? row;
    redraw();
  }

  async function load(afterwards?: string): Promise<void> {
    loads += 1;
    const [mine, sessionKey, ended] = [loads, key, endings];
    const history = await client.request("chat.history", { sessionKey, limit: start.historyLimit });
    if (mine !== loads) return; // a newer load draws
    if (ended !== endings) return load(afterwards); // a run ended meanwhile: is it in there or not?
    row = { ...row, ...history.sessionInfo };
    row.verboseLevel = history.verboseLevel ?? row.verboseLevel;
    row.thinkingLevel = history.thinkingLevel ?? row.thinkingLevel;
    view.clear();
    view.addLine(`session ${sessionKey}`);
    showHistory(history.messages, view, { thinking: settings.showThinking, verbose: row.verboseLevel });
    // What was sent and is not in the history yet.
    for (const { text, sentAt } of unrecorded.values()) {
      const isThere = history.messages.some(
        (message) =>
          message.role === "user" && (message.timestamp ?? 0) >= sentAt - 1000 && messageText(message).includes(text),
      );
      if (!isThere) view.addUser(text);
    }
    runs.reattach();
    if (afterwards) view.addLine(afterwards);
    redraw();
  }

  /** Asks after the runs whose end may have been missed. */
  async function settleRuns(): Promise<void> {
    await Promise.all(
      runs.ids().map(async (runId) => {
        const { status: outcome } = await client.request("agent.wait", { runId, timeoutMs: 0 });
        if (outcome !== "timeout") over(runId);
      }),
    );
  }

  async function connected(): Promise<void> {
    agents = await client.request("agents.list", {});
    agentId ||= agents.defaultId;
    key ||= fullSessionKey(start.session, agentId, agents);
    status.setConnection("connected");
    const again = connectedBefore;
    connectedBefore = true;
    dropped = false;
    outgoing.flush();
    if (again) await settleRuns();
    await refreshRow();
    await load(again ? "gateway reconnected" : "gateway connected");
    const message = firstMessage;
    firstMessage = undefined;
    if (message) send(message);
  }

  function switchTo(next: string): void {
    key = next;
    agentId = agentOfKey(next) ?? agentId;
    row = {};
    runs.clear();
    unrecorded.clear();
    since = undefined;
    activity("idle");
    view.clear();
    refreshRow().then(() => load(), fail("session"));
  }

  function send(text: string, images: readonly PastedImage[] = []): void {
    const runId = options.newRunId();
    const shown = [text, ...images.map((image) => `[image: ${image.fileName}]`)]
      .filter((line) => line !== "")
      .join("\n");
    view.addUser(shown);
    unrecorded.set(runId, { text: shown, sentAt: now() });
    runs.start(runId);
    since ??= now();
    activity("sending");
    outgoing.send({
      sessionKey: key,
      message: text,
      ...(start.thinking === undefined ? {} : { thinking: start.thinking }),
      ...(images.length === 0
        ? {}
        : {
            attachments: images.map((image) => ({ type: "image", fileName: image.fileName, content: image.content })),
          }),
      deliver: settings.deliver,
      ...(start.timeoutMs === undefined ? {} : { timeoutMs: start.timeoutMs }),
      idempotencyKey: runId,
    });
  }

  const stopChat = client.on("chat", (event) => {
    if (event.sessionKey !== key) return;
    if (!runs.has(event.runId)) {
      if (event.state === "delta" || event.state === "status") return;
      // Another program's run ended in this session: its messages are in the history.
      if (runs.size === 0) load().catch(fail("history"));
      else missed = true;
      return;
    }
    if (event.state === "delta") activity("streaming");
    if (runs.show(event)) {
      over(event.runId);
      if (missed && runs.size === 0) load().catch(fail("history"));
      missed &&= runs.size > 0;
      refreshRow().catch(fail("sessions"));
    }
    redraw();
  });
  const stopAgent = client.on("agent", (event) => {
    if (event.stream !== "tool" || !runs.has(event.runId)) return;
    activity(event.data.phase === "result" ? "waiting" : "tool");
    runs.showTool(event.runId, event.data);
    redraw();
  });

  return {
    facts: (): FooterFacts => ({
      agent: { id: agentId, name: agents.agents.find(({ id }) => id === agentId)?.identity?.name },
      session: { key: shortSessionKey(key || start.session), label: row.label },
      model: modelName(row.modelProvider, row.model) ?? defaults.model,
      thinking: row.thinkingLevel,
      verbose: row.verboseLevel,
      reasoning: row.reasoningLevel,
      tokens: { used: row.totalTokens, context: row.contextTokens ?? defaults.context },
      deliver: settings.deliver,
    }),
    get usage(): string | undefined {
      return row.responseUsage;
    },
    get agents() {
      return agents.agents;
    },
    get agentId() {
      return agentId;
    },
    get sessionKey() {
      return key;
    },
    get busy() {
      return runs.size > 0;
    },
    send,
    /** Follows the connection. */
    onState(state: ConnectionState): void {
      if (state.kind === "connected") connected().catch(fail("loading"));
      else if (state.kind === "connecting") status.setConnection("connecting");
      else if (state.error) {
        const reason = state.error.message.replace(/^disconnected \(\d+\): /, "");
        status.setConnection("disconnected");
        if (!dropped) view.addLine(`gateway disconnected: ${reason}`, "error");
        dropped = true;
      }
      redraw();
    },
    /** Events were lost: what is shown is read again. */
    onGap(expected: number, received: number): void {
      settleRuns()
        .then(() => load(`event gap: expected ${expected}, got ${received}`))
        .catch(fail("history"));
    },
    /** Stops what runs in the session. */
    async abort(): Promise<void> {
      const { aborted } = await client.request("chat.abort", { sessionKey: key });
      if (aborted) return;
      for (const id of runs.ids()) over(id);
      view.addLine("no active run");
      redraw();
    },
    reload: () => load(),
    openSession: (name: string) => switchTo(fullSessionKey(name, agentId, agents)),
    /** Opens the main session of an agent. @throws when there is no such agent */
    openAgent(id: string): void {
      if (!agents.agents.some((agent) => agent.id === id)) {
        throw new Error(`unknown agent "${id}"; there are: ${agents.agents.map((agent) => agent.id).join(", ")}`);
      }
      agentId = id;
      switchTo(fullSessionKey("main", id, agents));
    },
    async patch(change: SessionPatch): Promise<void> {
      await client.request("sessions.patch", { key, ...change });
      await refreshRow();
    },
    async reset(): Promise<void> {
      await client.request("sessions.reset", { key });
      for (const id of runs.ids()) over(id);
      row = {};
      await refreshRow();
      await load(`session reset: ${key}`);
    },
    close(): void {
      stopChat();
      stopAgent();
    },
  };
}

function modelName(provider: string | null | undefined, model: string | null | undefined): string | undefined {
  if (!model) return undefined;
  return provider && !model.startsWith(`${provider}/`) ? `${provider}/${model}` : model;
}
