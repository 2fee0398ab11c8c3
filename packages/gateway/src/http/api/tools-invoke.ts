import crypto from "node:crypto";
import { z } from "zod";
import { RequestError } from "../../methods/handler.ts";
import { ApiError, sendJson } from "./api-error.ts";
import { readJsonBody } from "./read-json-body.ts";
import type { ServeApi } from "./serve-api.ts";
import { untilGone } from "./until-gone.ts";

const maxBodyBytes = 2 * 1024 * 1024;

const fields = z.object({
  tool: z.unknown().optional(),
  action: z.unknown().optional(),
  args: z.unknown().optional(),
  sessionKey: z.unknown().optional(),
});

/** `POST /tools/invoke`: one call of a tool, without a model, under the policy of an agent. */
export const toolsInvoke: ServeApi = async (request, response, { runtime, conversations, agents }) => {
  const body = fields.safeParse(await readJsonBody(request, maxBodyBytes)).data;
  const tool = textOf(body?.tool);
  if (tool === undefined) throw new ApiError(400, "tools.invoke requires body.tool");
  const { sessionKey, agentId } = placeOf(textOf(body?.sessionKey) ?? "main");
  const channel = textOf(request.headers["x-openclaw-message-channel"])?.toLowerCase() ?? "webchat";
  const accountId = textOf(request.headers["x-openclaw-account-id"])?.toLowerCase();
  const action = textOf(body?.action);
  const signal = untilGone(response);
  const answer = await runtime
    .callTool({
      sessionKey,
      agentId,
      channel,
      ...(accountId === undefined ? {} : { accountId }),
      tool,
      args: isObject(body?.args) ? body.args : {},
      ...(action === undefined ? {} : { action }),
      toolCallId: `http_${crypto.randomUUID()}`,
      signal,
    })
    .catch((error: unknown) => ({ problem: error instanceof Error ? error.message : String(error) }));
  if (signal.aborted) return;
  if (answer === undefined) {
    const message = `Tool not available: ${tool}`;
    sendJson(response, 404, { ok: false, error: { type: "not_found", message } });
  } else if ("problem" in answer || answer.isError === true) {
    const message = "problem" in answer ? answer.problem : textsOf(answer.content);
    sendJson(response, 400, { ok: false, error: { type: "tool_error", message } });
  } else {
    sendJson(response, 200, { ok: true, result: answer });
  }

  function placeOf(key: string): { sessionKey: string; agentId: string } {
    try {
      const canonical = conversations.canonicalKey(key);
      const owner = conversations.agentOf(canonical);
      if (!agents.has(owner)) throw new ApiError(404, `Unknown agent: ${owner}`);
      return { sessionKey: canonical, agentId: owner };
    } catch (error) {
      if (error instanceof RequestError) throw new ApiError(400, error.message);
      throw error;
    }
  }
};

function textOf(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

function textsOf(content: readonly { type: string; text?: string }[]): string {
  return content.flatMap(({ text }) => text ?? []).join("\n");
}
