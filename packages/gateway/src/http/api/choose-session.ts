import crypto from "node:crypto";
import type { IncomingHttpHeaders } from "node:http";
import { RequestError } from "../../methods/handler.ts";
import { ApiError } from "./api-error.ts";
import type { ApiServices } from "./api-services.ts";

/** Keys of sessions are kept for ever; a name longer than this is none. */
const maxUserChars = 256;

/** Where a request of one of OpenAI's APIs goes. */
export interface ChosenSession {
  agentId: string;
  sessionKey: string;
}

/**
 * Agent and session of a request: those its headers name, else the agent its model names and the session of its user,
 * else a session of its own.
 * @throws ApiError 404 for an agent that there is not, 400 for a key that is none
 */
export function chooseSession(
  request: { headers: IncomingHttpHeaders; model: string; user: string | undefined },
  api: "openai" | "openresponses",
  { agents, conversations }: Pick<ApiServices, "agents" | "conversations">,
): ChosenSession {
  const named =
    header(request.headers, "x-openclaw-agent-id") ??
    header(request.headers, "x-openclaw-agent") ??
    /^(?:openclaw[:/]|agent:)(.+)$/i.exec(request.model.trim())?.[1]?.trim();
  const agentId = named === undefined ? agents.defaultId() : named.toLowerCase();
  if (!agents.has(agentId)) throw new ApiError(404, `Unknown agent: ${named ?? agentId}`);
  const key = header(request.headers, "x-openclaw-session-key");
  const user = request.user?.trim();
  if (user !== undefined && user.length > maxUserChars) {
    throw new ApiError(400, `\`user\` has more than ${maxUserChars} characters.`);
  }
  if (key === undefined) {
    const own = user ? `${api}-user:${user}` : `${api}:${crypto.randomUUID()}`;
    return { agentId, sessionKey: `agent:${agentId}:${own}` };
  }
  try {
    const sessionKey = conversations.canonicalKey(key, named === undefined ? undefined : agentId);
    const owner = conversations.agentOf(sessionKey);
    if (!agents.has(owner)) throw new ApiError(404, `Unknown agent: ${owner}`);
    return { agentId: owner, sessionKey };
  } catch (error) {
    if (error instanceof RequestError) throw new ApiError(400, error.message);
    throw error;
  }
}

function header(headers: IncomingHttpHeaders, name: string): string | undefined {
  const value = headers[name];
  const text = (Array.isArray(value) ? value[0] : value)?.trim();
  return text || undefined;
}
