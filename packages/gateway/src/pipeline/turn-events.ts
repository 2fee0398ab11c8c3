import type { AgentRuntime, EmittedRunEvent } from "@openclaw/agent-runtime";
import type { ChatStream } from "../runs/chat-stream.ts";
import type { RunRegistry } from "../runs/run-registry.ts";
import type { SessionFeed } from "../session-feed.ts";
import type { Connections } from "../ws/connections.ts";
import type { Inbound } from "./inbound.ts";

/** Tells clients of a run: its agent events as they are, and the chat events derived from them, in this order. */
export function createTurnEvents(context: {
  runtime: AgentRuntime;
  runs: RunRegistry;
  connections: Connections;
  sessionFeed: Pick<SessionFeed, "changed" | "tool">;
}): (event: EmittedRunEvent, chat: ChatStream, message: Inbound, inlineVerbose: string | undefined) => void {
  const { runtime, runs, connections, sessionFeed } = context;
  return (event, chat, message, inlineVerbose) => {
    const { runId, stream, data, seq, ts } = event;
    const v3 = { runId, stream, data, seq, ts, sessionKey: message.sessionKey };
    const v4 = { ...v3, agentId: message.agentId, isHeartbeat: message.source === "heartbeat" };
    if (stream === "tool") {
      const verbose = inlineVerbose ?? runtime.verboseLevel(message.sessionKey);
      if (verbose === "off") return;
      const shown = verbose === "full" ? data : withoutResults(data);
      sessionFeed.tool(message.sessionKey, runId, shown);
      connections.broadcastVersions(
        "agent",
        { v3: { ...v3, data: shown }, v4: { ...v4, data: shown } },
        {
          only: (connection) =>
            !!connection.session?.caps.has("tool-events") && runs.mayWatchTools(runId, connection.id),
        },
      );
      return;
    }
    if (stream === "lifecycle" && data.phase === "start") {
      const record = runs.get(runId);
      if (record) record.startedAt = data.startedAt;
      sessionFeed.changed(message.sessionKey, { reason: "agent.run.started", phase: "start" });
    }
    // What the model had written when its user stopped it was told with the stop.
    if (stream === "assistant" && chat.terminal) return;
    // Nobody waits for the end of an answer while the conversation is condensed behind it.
    const ends = stream === "lifecycle" && (data.phase === "end" || data.phase === "error");
    if (stream === "compaction" || ends) chat.completeDeltas();
    connections.broadcastVersions("agent", { v3, v4 });
    if (stream === "assistant") chat.update(data.text, data.delta, seq);
    else chat.reached(seq);
    if (ends) sessionFeed.changed(message.sessionKey, { phase: data.phase === "error" ? "error" : "end" });
  };
}

function withoutResults(data: EmittedRunEvent["data"]): object {
  const { result: _result, partialResult: _partial, ...rest } = data as Record<string, unknown>;
  return rest;
}
