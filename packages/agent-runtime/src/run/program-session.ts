import type { ResolvedModel } from "@openclaw/models";
import type { SessionEntry, SessionPatch } from "@openclaw/sessions";
import type { RunConversation } from "./run-conversation.ts";

/** The model of a run; one that is a program goes on with the session it keeps for this conversation. */
export function languageModelOf({
  prepared,
  parts,
  request,
  entry,
}: Pick<RunConversation, "prepared" | "parts" | "request" | "entry">): ResolvedModel["languageModel"] {
  const { program, languageModel } = prepared.model;
  if (!program) return languageModel;
  const { backend } = program;
  // The session may have been begun anew while the program was running.
  const current = () => {
    const now = parts.sessions.get(request.sessionKey);
    return now?.sessionId === entry.sessionId ? now : undefined;
  };
  return program.inSession({
    workspaceDir: prepared.workspaceDir,
    sessionId: () => programSessionId(current(), backend),
    keep(id) {
      if (!current()) return;
      parts.sessions.update(request.sessionKey, (latest) => programSessionPatch(latest, backend, id));
    },
  });
}

function programSessionId(entry: SessionEntry | undefined, backend: string): string | undefined {
  return entry?.cliSessionIds?.[backend] ?? (backend === "claude-cli" ? entry?.claudeCliSessionId : undefined);
}

function programSessionPatch(entry: SessionEntry | undefined, backend: string, id: string | undefined): SessionPatch {
  const { [backend]: _, ...others } = entry?.cliSessionIds ?? {};
  const cliSessionIds = id === undefined ? others : { ...others, [backend]: id };
  return { cliSessionIds, ...(backend === "claude-cli" && { claudeCliSessionId: id }) };
}
