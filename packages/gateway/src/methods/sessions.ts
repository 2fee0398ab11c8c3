import { previewSessions, resolveSession, SessionError } from "@openclaw/sessions";
import { expectSession } from "./expect-session.ts";
import { type HandlersOf, invalidRequest, notAvailable, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

/** How long a deletion or a cut waits for the session's run to end, ms. */
const RUN_WAIT_MS = 15_000;

type SessionMethod =
  | "sessions.list"
  | "sessions.preview"
  | "sessions.resolve"
  | "sessions.patch"
  | "sessions.reset"
  | "sessions.delete"
  | "sessions.compact";

/** `sessions.*`: what lists and settings of conversations need. */
export function sessionMethods(gateway: MethodContext): HandlersOf<SessionMethod> {
  const { conversations, sessions, pipeline, runs, runtime, sessionFeed, clock } = gateway;

  /** Stops what runs in a session and waits for it. */
  const stopRuns = async (key: string): Promise<boolean> => {
    const open = runs.openOf(key).map((record) => record.runId);
    pipeline.abort(key, { reason: "rpc" });
    const outcomes = await Promise.all(open.map((runId) => runs.wait(runId, RUN_WAIT_MS)));
    return outcomes.every((outcome) => outcome !== undefined);
  };

  return {
    "sessions.list"(params, { session }) {
      if (params.ownerFirst) throw notAvailable("sessions.list with ownerFirst", "leave it out");
      if (params.sortBy !== undefined && params.sortBy !== "updatedAt") {
        throw notAvailable(`sessions.list sorted by ${params.sortBy}`, 'sort by "updatedAt"');
      }
      return conversations.list(params, session.protocol) as never;
    },

    "sessions.preview": (params) => ({ ts: clock.now(), previews: previewSessions(sessions, params) }),

    "sessions.resolve"(params, { session }) {
      const key = refusing(() => resolveSession(sessions, params, clock.now()));
      return { ok: true as const, key, ...(session.protocol === 4 ? { agentId: conversations.agentOf(key) } : {}) };
    },

    async "sessions.patch"(params) {
      const { key, agentId, fastMode, ...request } = params;
      if (fastMode !== undefined) throw notAvailable("sessions.patch with fastMode", "leave it out");
      const named = agentId === undefined ? key : conversations.canonicalKey(key, agentId);
      const patched = await refusing(() => conversations.patch(named, request));
      sessionFeed.changed(conversations.canonicalKey(named), { reason: "patch" });
      return patched as never;
    },

    async "sessions.reset"(params) {
      const key = conversations.canonicalKey(params.key, params.agentId);
      expectSession(conversations, key, params.expectedSessionId);
      await stopRuns(key);
      const { entry } = refusing(() => sessions.reset(key, { now: clock.now() }));
      sessionFeed.changed(key, { reason: "reset" });
      return { ok: true as const, key, entry } as never;
    },

    async "sessions.delete"(params) {
      const key = conversations.canonicalKey(params.key, params.agentId);
      expectSession(conversations, key, params.expectedSessionId);
      if (key === conversations.mainKey()) throw invalidRequest(`Cannot delete the main session (${key}).`);
      gateway.agentTools.subagents.stopChildren(key);
      if (!(await stopRuns(key))) throw unavailable(`Session ${key} is still active; try again in a moment.`);
      const options = params.deleteTranscript === undefined ? {} : { deleteTranscript: params.deleteTranscript };
      const { deleted, archived } = refusing(() => sessions.delete(key, options));
      if (deleted) sessionFeed.changed(key, { reason: "delete" });
      return { ok: true as const, key, deleted, archived };
    },

    /** Cuts the transcript to its last entries; between two runs, because the file is written anew. */
    async "sessions.compact"({ key: named, maxLines }) {
      const key = conversations.canonicalKey(named);
      const done = await runtime.whileIdle(key, RUN_WAIT_MS, () => refusing(() => sessions.compact(key, { maxLines })));
      if (done === undefined) throw unavailable(`Session ${key} is still active; try again in a moment.`);
      if (done.result.compacted) sessionFeed.changed(key, { reason: "compact" });
      return { ok: true as const, ...done.result };
    },
  };
}

/** Turns the errors of the sessions package into refusals with the same text. */
function refusing<T>(work: () => T): T {
  const refuse = (error: unknown): never => {
    if (error instanceof SessionError) throw invalidRequest(error.message);
    throw error;
  };
  try {
    const result = work();
    return result instanceof Promise ? (result.catch(refuse) as T) : result;
  } catch (error) {
    return refuse(error);
  }
}
