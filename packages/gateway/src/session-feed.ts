import { type SessionRow, type Sessions, sessionRow, type TranscriptMessage } from "@openclaw/sessions";
import type { Connection } from "./ws/connection.ts";
import type { Connections } from "./ws/connections.ts";

/** Tells the clients that have asked for it how sessions change and what is said in them (protocol 4). */
export interface SessionFeed {
  /** A session has changed: why, and in which phase its run is. */
  changed(sessionKey: string, what: { reason?: string; phase?: "start" | "end" | "error" }): void;
  /** A message was written to the transcript of a session. */
  said(sessionKey: string, id: string, message: TranscriptMessage): void;
  /** What a tool of a run does. */
  tool(sessionKey: string, runId: string, data: object): void;
}

/** The default model is left out of the rows: clients have asked for it with their list. */
const noDefaults = { modelProvider: null, model: null, contextTokens: null };

export function createSessionFeed({
  connections,
  sessions,
}: {
  connections: Connections;
  sessions: () => Pick<Sessions, "get" | "inheritedModel">;
}): SessionFeed {
  /** Messages told per session since the start; it lets a client put them in order. */
  const told = new Map<string, number>();
  const someone = (wants: (connection: Connection) => boolean) => {
    for (const connection of connections.all()) if (wants(connection)) return true;
    return false;
  };
  const rowOf = (key: string): Partial<SessionRow> => {
    const entry = sessions().get(key);
    if (entry === undefined) return {};
    const { modelProvider, model, contextTokens, ...row } = sessionRow(
      key,
      entry,
      noDefaults,
      sessions().inheritedModel(key),
    );
    return { ...row, ...(model ? { model, modelProvider } : {}), ...(contextTokens ? { contextTokens } : {}) };
  };
  const send = (name: string, payload: object, only: (connection: Connection) => boolean) =>
    connections.broadcastVersions(name, { v3: undefined, v4: payload }, { only, droppable: true });

  return {
    changed(sessionKey, what) {
      const wants = ({ subscriptions }: Connection) => subscriptions.sessions;
      if (someone(wants)) send("sessions.changed", { ...rowOf(sessionKey), sessionKey, ...what }, wants);
    },
    said(sessionKey, messageId, message) {
      if (message.role !== "user" && message.role !== "assistant") return;
      const wants = ({ subscriptions }: Connection) => subscriptions.sessions || subscriptions.messages.has(sessionKey);
      if (!someone(wants)) return;
      const messageSeq = (told.get(sessionKey) ?? 0) + 1;
      if (told.size >= 1000) told.clear();
      told.set(sessionKey, messageSeq);
      send("session.message", { ...rowOf(sessionKey), sessionKey, message, messageSeq, messageId }, wants);
    },
    tool(sessionKey, runId, data) {
      const wants = ({ subscriptions }: Connection) => subscriptions.messages.has(sessionKey);
      if (someone(wants)) send("session.tool", { ...data, runId, sessionKey }, wants);
    },
  };
}
