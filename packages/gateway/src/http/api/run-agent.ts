import type { ServerResponse } from "node:http";
import { type ClientTool, type RunResult, sendDeniedText } from "@openclaw/agent-runtime";
import { RequestError } from "../../methods/handler.ts";
import { shownAnswer } from "../../pipeline/agent-result.ts";
import type { Attachment } from "../../pipeline/inbound.ts";
import { createAnswerPieces } from "./answer-pieces.ts";
import { ApiError } from "./api-error.ts";
import type { ApiServices } from "./api-services.ts";
import type { ChosenSession } from "./choose-session.ts";

export interface AgentRequest extends ChosenSession {
  runId: string;
  text: string;
  attachments: readonly Attachment[];
  /** Parts of the system prompt, for this turn alone. */
  instructions: readonly string[];
  /** Who the request says it is for. */
  user: string | undefined;
  clientTools?: readonly ClientTool[];
  /** Tokens of one answer of the model. */
  maxOutputTokens?: number | undefined;
}

export interface AgentWatch {
  /** Called when the message is on stable storage, before any text. */
  onAccepted?(): void;
  /** Called with each piece of the answer; joined they are its whole text. */
  onText?(piece: string): void;
}

/** What a run came to. */
export type AgentAnswer =
  | { state: "ok"; text: string; result: RunResult }
  | { state: "failed"; status: 500 | 503; message: string };

/**
 * Runs an agent through the pipeline, like any message. A client that goes away aborts the run.
 * @throws ApiError when the message is not taken
 */
export async function runAgent(
  asked: AgentRequest,
  response: ServerResponse,
  { pipeline, conversations, clock }: ApiServices,
  watch: AgentWatch = {},
): Promise<AgentAnswer> {
  const { runId, sessionKey, agentId, instructions, clientTools = [], maxOutputTokens } = asked;
  if (conversations.sendPolicy(sessionKey, "webchat") === "deny") throw new ApiError(403, sendDeniedText);
  const pieces = createAnswerPieces((piece) => watch.onText?.(piece));
  const submission = submitted(() =>
    pipeline.submit(
      {
        id: runId,
        source: "agent",
        receivedAt: clock.now(),
        sessionKey,
        agentId,
        text: asked.text,
        attachments: [...asked.attachments],
        senderId: "http",
        senderName: asked.user || "http",
        authorized: true,
        owner: true,
        literal: true,
        route: { surface: "webchat" },
        ...(instructions.length === 0 ? {} : { extraSystemPrompt: instructions.join("\n\n") }),
        ...(clientTools.length === 0 ? {} : { clientTools: [...clientTools] }),
        ...(maxOutputTokens === undefined ? {} : { maxOutputTokens }),
      },
      {
        watch(event) {
          if (event.stream === "assistant") pieces.update(event.data.text, event.data.delta);
        },
      },
    ),
  );
  const abort = () => {
    if (!response.writableEnded) pipeline.abort(sessionKey, { runId, reason: "rpc" });
  };
  response.once("close", abort);
  try {
    await submission.durable.catch((error: unknown) => {
      throw new ApiError(500, `The message could not be stored: ${reasonOf(error)}`, "api_error");
    });
    watch.onAccepted?.();
    submission.release();
    if (response.destroyed) abort();
    const answer = answerOf(await submission.done);
    if (answer.state === "ok") pieces.finish(answer.text);
    return answer;
  } finally {
    response.off("close", abort);
  }
}

function answerOf(result: RunResult | undefined): AgentAnswer {
  if (result === undefined)
    return failed(503, "The Gateway stops; the answer comes in the session after its next start.");
  switch (result.status) {
    case "ok":
      return { state: "ok", text: wholeText(result), result };
    case "error":
      return failed(500, result.error ?? "The run failed.");
    case "aborted":
      return failed(500, "The run was stopped.");
    case "interrupted":
      return failed(503, "The Gateway stops.");
  }
}

function failed(status: 500 | 503, message: string): AgentAnswer {
  return { state: "failed", status, message };
}

/** The answer, with a line for each file that goes with it. */
function wholeText(result: RunResult): string {
  const media = result.payloads.flatMap(({ mediaUrls = [] }) => mediaUrls.map((url) => `MEDIA:${url}`));
  return [shownAnswer(result).trim(), media.join("\n")].filter((part) => part !== "").join("\n\n");
}

/** The pipeline refuses in the words of the protocol. */
function submitted<T>(submit: () => T): T {
  try {
    return submit();
  } catch (error) {
    if (!(error instanceof RequestError)) throw error;
    throw error.shape.code === "UNAVAILABLE"
      ? new ApiError(503, error.message, "api_error")
      : new ApiError(400, error.message);
  }
}

function reasonOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
