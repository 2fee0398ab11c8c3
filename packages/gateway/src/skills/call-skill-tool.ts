import { randomUUID } from "node:crypto";
import type { AgentRuntime } from "@openclaw/agent-runtime";
import type { CommandReply } from "@openclaw/agent-runtime/commands";
import type { Inbound } from "../pipeline/inbound.ts";
import { senderNames } from "../pipeline/sender-names.ts";
import type { SkillInvocation } from "./skill-invocation.ts";

/** Answers the command of a skill by a call of its tool, without the model. */
export async function callSkillTool(
  { command, input }: SkillInvocation,
  tool: string,
  message: Inbound,
  runtime: Pick<AgentRuntime, "callTool">,
): Promise<CommandReply> {
  const { sessionKey, agentId, route } = message;
  try {
    const result = await runtime.callTool({
      sessionKey,
      agentId,
      channel: route.surface === "channel" ? route.channel : "webchat",
      sender: { names: senderNames(message) },
      tool,
      args: { command: input, commandName: command.name, skillName: command.skill.name },
      toolCallId: `cmd_${randomUUID()}`,
    });
    if (result === undefined) return { text: `❌ Tool not available: ${tool}` };
    const text = result.content.flatMap((block) => (block.type === "text" ? [block.text] : [])).join("\n");
    return { text: text.trim() === "" ? "✅ Done." : text };
  } catch (error) {
    return { text: `❌ ${error instanceof Error ? error.message : String(error)}` };
  }
}
