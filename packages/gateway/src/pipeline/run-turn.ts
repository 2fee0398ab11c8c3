import fs from "node:fs/promises";
import type { AgentRuntime, EmittedRunEvent, RunHandle } from "@openclaw/agent-runtime";
import type { Inbound } from "./inbound.ts";

export interface TurnOptions {
  runtime: AgentRuntime;
  /** Absent when the run goes on from its transcript after an interruption. */
  prompt?: string | undefined;
  /** Resolves when the message is on stable storage; no tool runs before. */
  durable: Promise<unknown>;
  onEvent(event: EmittedRunEvent): void;
}

/** Starts the agent run of a message. Pictures are read from disk and given to the model; other files are named in the prompt. */
export async function startTurn(message: Inbound, options: TurnOptions): Promise<RunHandle> {
  const images =
    options.prompt === undefined
      ? []
      : await Promise.all(
          message.attachments
            .filter((item) => item.mimeType.startsWith("image/"))
            .map(async (item) => ({
              data: (await fs.readFile(item.path)).toString("base64"),
              mimeType: item.mimeType,
            })),
        );
  return options.runtime.start({
    runId: message.id,
    sessionKey: message.sessionKey,
    agentId: message.agentId,
    ...(options.prompt === undefined ? { resume: true } : { prompt: { text: options.prompt, images } }),
    ...(message.thinking === undefined ? {} : { thinking: message.thinking }),
    ...(message.timeoutMs === undefined ? {} : { timeoutMs: message.timeoutMs }),
    ...(message.extraSystemPrompt === undefined ? {} : { extraSystemPrompt: message.extraSystemPrompt }),
    channel: message.route.surface === "channel" ? message.route.channel : "webchat",
    beforeFirstTool: options.durable,
    onEvent: options.onEvent,
  });
}
