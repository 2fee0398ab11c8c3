import { isSubagentKey, type SessionEntry, SessionError, type Sessions } from "@openclaw/sessions";
import { agentConfig } from "../../run/run-setup.ts";
import type { RuntimeConfig } from "../../run/runtime-config.ts";

/** Who looks at other sessions. */
export interface SessionViewer {
  sessionKey: string;
  agentId: string;
  sandboxed: boolean;
}

/** What a tool wants to do with another agent's session. */
export type SessionUse = "history" | "send" | "status";

/** A refusal as tools report it. */
export interface SessionRefusal {
  status: "error" | "forbidden";
  error: string;
}

export interface SessionAccess {
  /** The canonical key a tool's argument means. */
  find(given: string): { key: string } | { refusal: SessionRefusal };
  /** Why a session may not be used; undefined when it may. */
  refusal(viewer: SessionViewer, key: string, use: SessionUse): SessionRefusal | undefined;
  /** Whether a list may show a session. */
  shows(viewer: SessionViewer, key: string, entry: SessionEntry): boolean;
  /** The key as tools print it: the main session is `main`. */
  display(key: string): string;
}

const uuid = /^[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}$/i;
const keyForm = /^(?:main$|global$|unknown$|agent:|acp:|cron:|hook:|node-|node:)|:group:|:channel:/i;

const words: Readonly<Record<SessionUse, { what: string; which: string; enable: string }>> = {
  history: { what: "history", which: "history", enable: "cross-agent access" },
  send: { what: "messaging", which: "messaging", enable: "cross-agent sends" },
  status: { what: "status", which: "session status", enable: "cross-agent access" },
};

/** The rules of which session may see and use which other one. */
export function createSessionAccess(options: { sessions: Sessions; config: () => RuntimeConfig }): SessionAccess {
  const { sessions, config } = options;

  /** Undefined when two agents may deal with each other. */
  const agentRefusal = (from: string, to: string, use: SessionUse): string | undefined => {
    if (from === to) return undefined;
    const { what, which, enable } = words[use];
    const { enabled, allow = [] } = config().tools?.agentToAgent ?? {};
    if (enabled !== true) {
      return `Agent-to-agent ${what} is disabled. Set tools.agentToAgent.enabled=true to allow ${enable}.`;
    }
    const allowed = (id: string) => allow.length === 0 || allow.some((pattern) => matchesAgent(pattern, id));
    return allowed(from) && allowed(to) ? undefined : `Agent-to-agent ${which} denied by tools.agentToAgent.allow.`;
  };

  const onlySpawned = (viewer: SessionViewer): boolean => {
    if (!viewer.sandboxed || isSubagentKey(viewer.sessionKey)) return false;
    const own = agentConfig(config(), viewer.agentId)?.sandbox?.sessionToolsVisibility;
    return (own ?? config().agents?.defaults?.sandbox?.sessionToolsVisibility) !== "all";
  };
  const isVisible = (viewer: SessionViewer, key: string, entry: SessionEntry | undefined): boolean =>
    !onlySpawned(viewer) || key === viewer.sessionKey || entry?.spawnedBy === viewer.sessionKey;

  return {
    find(given) {
      const wanted = given.trim();
      const isId = uuid.test(wanted);
      try {
        if (!isId && keyForm.test(wanted)) return { key: sessions.canonical(wanted) };
        const located = sessions.locate(wanted);
        if (located.entry !== undefined) return { key: located.key };
        const [byId] = sessions.keysBySessionId(wanted);
        if (byId !== undefined) return { key: sessions.canonical(byId) };
      } catch (error) {
        if (!(error instanceof SessionError)) throw error;
        return { refusal: { status: "error", error: error.message } };
      }
      return { refusal: notFound(wanted) };
    },
    refusal(viewer, key, use) {
      if (!sessions.agentIds().includes(sessions.agentIdOf(key))) return notFound(key);
      if (!isVisible(viewer, key, sessions.get(key))) {
        return { status: "forbidden", error: `Session not visible from this sandboxed agent session: ${key}` };
      }
      const error = agentRefusal(viewer.agentId, sessions.agentIdOf(key), use);
      return error === undefined ? undefined : { status: "forbidden", error };
    },
    shows: (viewer, key, entry) =>
      isVisible(viewer, key, entry) && agentRefusal(viewer.agentId, sessions.agentIdOf(key), "history") === undefined,
    display: (key) => (key === sessions.mainKey() ? "main" : key),
  };
}

function notFound(wanted: string): SessionRefusal {
  return { status: "error", error: `Session not found: ${wanted} (use the full sessionKey from sessions_list)` };
}

function matchesAgent(pattern: string, agentId: string): boolean {
  const escaped = pattern
    .trim()
    .toLowerCase()
    .split(/\*+/)
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`).test(agentId.toLowerCase());
}
