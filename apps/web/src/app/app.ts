import { type ConnectionState, type GatewayClient, GatewayClientError } from "@openclaw/client";
import type { ExecDecision, HelloOk } from "@openclaw/protocol";
import { type Approval, createApprovals } from "../approvals/approvals.ts";
import type { BootValues } from "../boot/boot-values.ts";
import { type Chat, createChat } from "../chat/chat.ts";
import { emptyDraft, type Outgoing } from "../chat/chat-state.ts";
import { type ChatCommand, isAnsweredAtOnce, readCommands } from "../chat/command-completion.ts";
import { type ConnectionProblem, connectionProblem } from "../gateway/connection-problem.ts";
import type { Settings } from "../settings/settings.ts";
import {
  emptySessionList,
  newSessionItem,
  newSessionKey,
  readSessionList,
  type SessionItem,
  type SessionList,
} from "./session-list.ts";

/** Sessions asked for at once. */
const SESSION_LIMIT = 60;
/** Changes by events are shown at most this often, ms; changes by the user at once. */
const PAINT_MS = 40;
/** Activity within this time causes one reload of the session list, ms. */
const LIST_MS = 250;

/** What the page shows, apart from the chats themselves. */
export interface AppState {
  connection: ConnectionState;
  problem: ConnectionProblem | undefined;
  /** A connection was established since the page was opened. */
  wasConnected: boolean;
  sessions: SessionList;
  /** Undefined until the Gateway has said which session is the main one. */
  activeKey: string | undefined;
  mainKey: string;
  settings: Settings;
  notice: string | undefined;
  /** Commands that wait for the user in any chat, and the last ones that were decided. */
  approvals: readonly Approval[];
  /** What the Gateway offers to type; empty until it has said so. */
  commands: readonly ChatCommand[];
  /** Raised with every change of any chat. */
  revision: number;
}

export interface AppOptions {
  boot: BootValues;
  settings: Settings;
  /** The session the address names. */
  session: string | undefined;
  password: string | undefined;
  createGateway(handlers: {
    credentials: () => { token?: string; password?: string };
    onState: (state: ConnectionState) => void;
    onGap: () => void;
  }): GatewayClient;
  saveSettings(settings: Settings): void;
  /** Drafts survive a reload of the page. */
  drafts: { load(key: string): string; save(key: string, text: string): void };
  /** So do messages that wait for the end of an answer. `save` is false when there is no room for them. */
  queues: { load(key: string): readonly Outgoing[]; save(key: string, queue: readonly Outgoing[]): boolean };
  /** Tells the address bar which session is open. */
  onSession(key: string, how: "push" | "replace"): void;
  now: () => number;
  newId: () => string;
  after: (ms: number, action: () => void) => void;
}

/** The page without its looks: connection, sessions, chats, settings. */
export interface App {
  readonly boot: BootValues;
  state(): AppState;
  subscribe(listener: () => void): () => void;
  /** The chat that is open. */
  chat(): Chat | undefined;
  chatOf(key: string): Chat | undefined;
  start(): void;
  /** Connects now, with new credentials if given. */
  connect(credentials?: { token?: string; password?: string }): void;
  openSession(key: string, how?: "push" | "replace"): void;
  newChat(): void;
  deleteSession(key: string): Promise<void>;
  changeSettings(change: Partial<Settings>): void;
  setNotice(notice: string | undefined): void;
  decideApproval(id: string, decision: ExecDecision): Promise<void>;
  dismissApproval(id: string): void;
}

export function createApp(options: AppOptions): App {
  const listeners = new Set<() => void>();
  const chats = new Map<string, Chat>();
  let password = options.password;
  let defaultAgentId = "main";
  let paintPlanned = false;
  let listPlanned = false;
  let state: AppState = {
    connection: { kind: "closed" },
    problem: undefined,
    wasConnected: false,
    sessions: emptySessionList,
    activeKey: undefined,
    mainKey: "",
    settings: options.settings,
    notice: undefined,
    approvals: [],
    commands: [],
    revision: 0,
  };

  const publish = () => {
    for (const listener of listeners) listener();
  };
  const update = (change: Partial<AppState>) => {
    state = { ...state, ...change };
    publish();
  };
  /** Shows a change that came with an event; many of them come at once. */
  const paintSoon = () => {
    if (paintPlanned) return;
    paintPlanned = true;
    options.after(PAINT_MS, () => {
      paintPlanned = false;
      update({ revision: state.revision + 1 });
    });
  };
  /** True while an event is being applied. */
  let fromEvent = false;
  const chatChanged = () => (fromEvent ? paintSoon() : update({ revision: state.revision + 1 }));

  const gateway = options.createGateway({
    credentials: () => ({
      ...(state.settings.token ? { token: state.settings.token } : {}),
      ...(password ? { password } : {}),
    }),
    onState: (connection) => connectionChanged(connection),
    onGap: () => catchUp(),
  });

  const approvals = createApprovals({
    request: (...args) => gateway.request(...args),
    onChange: (list) => update({ approvals: list }),
    after: options.after,
  });
  const refreshApprovals = async (hello: HelloOk) => {
    try {
      await approvals.connected(hello);
    } catch (error) {
      if (error instanceof GatewayClientError && error.code !== "refused") return; // asked again when connected
      update({ notice: `Commands that wait for an approval could not be loaded: ${describe(error)}` });
    }
  };

  const chatFor = (key: string): Chat => {
    const existing = chats.get(key);
    if (existing) return existing;
    let kept = options.queues.load(key);
    const created = createChat({
      sessionKey: key,
      gateway: {
        get connected() {
          return gateway.state.kind === "connected";
        },
        request: gateway.request,
      },
      draft: { ...emptyDraft, text: options.drafts.load(key) },
      queue: kept,
      now: options.now,
      newId: options.newId,
      // A verbose session also tells its channel about tools; there the cards appear once the turn is finished.
      wantsTools: () => state.settings.chatShowTools && itemOf(key).channel === undefined,
      onChange: () => {
        options.drafts.save(key, created.state.draft.text);
        if (kept !== created.state.queue) {
          kept = created.state.queue;
          if (!options.queues.save(key, kept))
            update({ notice: "Keep this page open: what waits is too large to survive a reload." });
        }
        chatChanged();
      },
      isAnsweredAtOnce: (text) => isAnsweredAtOnce(text, state.commands),
      onActivity: () => refreshSessionsSoon(),
    });
    chats.set(key, created);
    return created;
  };

  const itemOf = (key: string): SessionItem =>
    state.sessions.items.find((item) => item.key === key) ?? newSessionItem(key, state.mainKey);

  const refreshSessions = async () => {
    try {
      const list = await gateway.request("sessions.list", {
        limit: SESSION_LIMIT,
        includeDerivedTitles: true,
        includeLastMessage: true,
      });
      update({ sessions: readSessionList(list, state.mainKey) });
    } catch (error) {
      if (error instanceof GatewayClientError && error.code !== "refused") return; // asked again when connected
      update({ notice: `The list of chats could not be loaded: ${describe(error)}` });
    }
  };
  const refreshSessionsSoon = () => {
    if (listPlanned) return;
    listPlanned = true;
    options.after(LIST_MS, () => {
      listPlanned = false;
      if (gateway.state.kind === "connected") void refreshSessions();
    });
  };

  const catchUp = () => {
    if (gateway.state.kind !== "connected") return;
    for (const chat of chats.values()) void chat.missedEvents();
    void refreshApprovals(gateway.state.hello);
    void refreshSessions();
  };

  const connectionChanged = (connection: ConnectionState) => {
    switch (connection.kind) {
      case "connecting":
        return update({ connection });
      case "connected":
        update({ connection, problem: undefined, wasConnected: true });
        return welcome(connection.hello);
      case "waiting":
      case "closed":
        return update({ connection, problem: connection.error && connectionProblem(connection.error) });
    }
  };

  const welcome = (hello: HelloOk) => {
    const defaults = hello.snapshot.sessionDefaults;
    defaultAgentId = defaults?.defaultAgentId ?? "main";
    const mainKey = defaults?.mainSessionKey ?? "agent:main:main";
    const isMain = (key: string) => key === "" || key === "main" || key === defaults?.mainKey || key === mainKey;
    const wanted = state.activeKey ?? options.session ?? state.settings.sessionKey;
    update({ mainKey });
    const key = isMain(wanted) ? mainKey : canonical(wanted);
    const returning = [...chats.values()];
    if (key !== state.activeKey) openSession(key, "replace");
    for (const chat of returning) void chat.connected();
    void refreshApprovals(hello);
    void refreshSessions();
    void refreshCommands(hello);
  };
  const refreshCommands = async (hello: HelloOk) => {
    if (!hello.features.methods.includes("commands.list")) return update({ commands: [] });
    try {
      const { commands } = await gateway.request("commands.list", { scope: "text" });
      update({ commands: readCommands(commands) });
    } catch (error) {
      if (error instanceof GatewayClientError && error.code !== "refused") return; // asked again when connected
      update({ notice: `The list of commands could not be loaded: ${describe(error)}` });
    }
  };
  /** Bare names belong to the default agent; events carry full keys. */
  const canonical = (key: string) =>
    key.startsWith("agent:") || key === "global" || key === "unknown" ? key : `agent:${defaultAgentId}:${key}`;

  const openSession = (key: string, how: "push" | "replace" = "push") => {
    const known = chats.has(key);
    const chat = chatFor(key);
    options.onSession(key, how);
    changeSettings({ sessionKey: key });
    update({ activeKey: key });
    if (gateway.state.kind === "connected" && (!known || chat.state.history !== "loaded")) void chat.load();
  };

  const changeSettings = (change: Partial<Settings>) => {
    const settings = { ...state.settings, ...change };
    options.saveSettings(settings);
    update({ settings });
  };

  const applyEvent = (sessionKey: string | undefined, apply: (chat: Chat) => void) => {
    refreshSessionsIfUnknown(sessionKey);
    const chat = sessionKey === undefined ? undefined : chats.get(sessionKey);
    if (!chat) return;
    fromEvent = true;
    try {
      apply(chat);
    } finally {
      fromEvent = false;
    }
  };
  const refreshSessionsIfUnknown = (sessionKey: string | undefined) => {
    if (sessionKey !== undefined && !state.sessions.items.some(({ key }) => key === sessionKey)) refreshSessionsSoon();
  };
  gateway.on("agent", (event) => applyEvent(event.sessionKey, (chat) => chat.agentEvent(event)));
  gateway.on("chat", (event) => {
    applyEvent(event.sessionKey, (chat) => chat.chatEvent(event));
    if (event.state === "final") refreshSessionsSoon();
  });
  gateway.on("exec.approval.requested", (event) => approvals.requested(event));
  gateway.on("exec.approval.resolved", (event) => approvals.resolved(event));

  return {
    boot: options.boot,
    state: () => state,
    subscribe(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    chat: () => (state.activeKey === undefined ? undefined : chats.get(state.activeKey)),
    chatOf: (key) => chats.get(key),
    start: () => void gateway.connect().catch(ignoreReportedState),
    connect(credentials = {}) {
      if (credentials.token !== undefined) changeSettings({ token: credentials.token.trim() });
      if (credentials.password !== undefined) password = credentials.password;
      void gateway.connect().catch(ignoreReportedState);
    },
    openSession,
    newChat: () => openSession(newSessionKey(defaultAgentId, options.newId())),
    async deleteSession(key) {
      try {
        await gateway.request("sessions.delete", { key, deleteTranscript: true }, { timeoutMs: 60_000 });
        chats.delete(key);
        options.drafts.save(key, "");
        options.queues.save(key, []);
        if (state.activeKey === key) openSession(state.mainKey, "replace");
        await refreshSessions();
      } catch (error) {
        update({ notice: `The chat was not deleted: ${describe(error)}` });
      }
    },
    changeSettings(change) {
      changeSettings(change);
      const chat = state.activeKey === undefined ? undefined : chats.get(state.activeKey);
      if (
        change.chatShowTools !== undefined &&
        chat &&
        itemOf(chat.sessionKey).channel === undefined &&
        gateway.state.kind === "connected"
      ) {
        void chat.showTools(change.chatShowTools);
      }
    },
    setNotice: (notice) => update({ notice }),
    decideApproval: approvals.decide,
    dismissApproval: approvals.dismiss,
  };
}

/** Failures of `connect()` arrive as a state, which is what the page shows. */
function ignoreReportedState(error: unknown): void {
  if (!(error instanceof GatewayClientError)) throw error;
}

function describe(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
