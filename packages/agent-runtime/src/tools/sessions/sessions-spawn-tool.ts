import { jsonResult, type Tool } from "@openclaw/plugin-sdk";
import type { Subagents } from "../../subagents/subagents.ts";
import type { SessionViewer } from "./session-access.ts";
import { countParameter, requiredText, textParameter } from "./tool-parameters.ts";

const parameters = {
  type: "object",
  properties: {
    task: { type: "string", description: "What the subagent is to do, with everything it must know" },
    label: { type: "string", description: "Short name of the task" },
    agentId: { type: "string", description: "Another agent, from agents_list" },
    model: { type: "string", description: "Model of the subagent" },
    thinking: { type: "string", description: "Thinking level of the subagent" },
    runTimeoutSeconds: { type: "number", description: "Longest run; 0 for the usual limit", minimum: 0 },
    timeoutSeconds: { type: "number", description: "Older name of runTimeoutSeconds", minimum: 0 },
    cleanup: {
      type: "string",
      enum: ["delete", "keep"],
      description: "Whether the subagent's session is kept for a while (default) or deleted after its result",
    },
  },
  required: ["task"],
};

export function createSessionsSpawnTool(options: { viewer: SessionViewer; subagents: Subagents }): Tool {
  const { viewer, subagents } = options;
  return {
    name: "sessions_spawn",
    label: "Sub-agent",
    description:
      "Start a subagent: a session of its own that does one task in the background. Its result comes back to this session as a message.",
    parameters,
    async execute(params, { signal }) {
      const bounds = { min: 0, max: 2_147_000 };
      const result = await subagents.spawn({
        requesterKey: viewer.sessionKey,
        requesterAgentId: viewer.agentId,
        task: requiredText(params, "task"),
        label: textParameter(params, "label"),
        agentId: textParameter(params, "agentId"),
        model: textParameter(params, "model"),
        thinking: textParameter(params, "thinking"),
        runTimeoutSeconds:
          countParameter(params, "runTimeoutSeconds", bounds) ?? countParameter(params, "timeoutSeconds", bounds),
        cleanup: params.cleanup === "delete" ? "delete" : "keep",
        signal,
      });
      return jsonResult(result);
    },
  };
}
