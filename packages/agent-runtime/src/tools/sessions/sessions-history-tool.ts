import { jsonResult, type Tool } from "@openclaw/plugin-sdk";
import type { Sessions } from "@openclaw/sessions";
import { shownHistory } from "./history-messages.ts";
import type { SessionAccess, SessionViewer } from "./session-access.ts";
import { countParameter, requiredText } from "./tool-parameters.ts";

const parameters = {
  type: "object",
  properties: {
    sessionKey: { type: "string", description: "Session key from sessions_list, session id, or main" },
    limit: { type: "number", description: "How many messages from the end (default 200)", minimum: 1 },
    includeTools: { type: "boolean", description: "Also the results of tools" },
  },
  required: ["sessionKey"],
};

export function createSessionsHistoryTool(options: {
  viewer: SessionViewer;
  access: SessionAccess;
  sessions: Sessions;
}): Tool {
  const { viewer, access, sessions } = options;
  return {
    name: "sessions_history",
    label: "Session History",
    description: "Read the last messages of another session.",
    parameters,
    readOnly: true,
    async execute(params) {
      const found = access.find(requiredText(params, "sessionKey"));
      if ("refusal" in found) return jsonResult(found.refusal);
      const refusal = access.refusal(viewer, found.key, "history");
      if (refusal !== undefined) return jsonResult(refusal);
      const limit = countParameter(params, "limit", { min: 1, max: 1000 }) ?? 200;
      const history =
        sessions.get(found.key)?.sessionId === undefined || sessions.get(found.key)?.sessionId === ""
          ? { messages: [], truncated: false, droppedMessages: false, contentTruncated: false, bytes: 2 }
          : shownHistory(sessions.transcript(found.key), { limit, tools: params.includeTools === true });
      return jsonResult({ sessionKey: access.display(found.key), ...history });
    },
  };
}
