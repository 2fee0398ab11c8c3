import path from "node:path";
import { createMediaSource } from "@openclaw/agent-runtime";
import { type ChannelActionName, channelActionNames } from "@openclaw/plugin-sdk";
import { sayInSession } from "../agent-calls/say-in-session.ts";
import { OutboundError } from "../outbound/outbound-error.ts";
import { webchatRefusal } from "../outbound/resolve-target.ts";
import { type HandlersOf, invalidRequest, type RequestError, unavailable } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

type OutboundMethod = "send" | "poll" | "message.action";

/** `send`, `poll` and everything else that is done on channels. */
export function outboundMethods(gateway: MethodContext): HandlersOf<OutboundMethod> {
  const { messageActions, conversations, agents, channels } = gateway;
  const work = <T>(run: () => Promise<T>): Promise<T> =>
    run().catch((error: unknown) => {
      throw error instanceof OutboundError ? asRequestError(error) : error;
    });
  /** A file of the workspace or the media folder, or an address. @throws OutboundError for others */
  const media = (source: string): string => {
    const allowed = createMediaSource({
      workspaceDir: agents.workspace(agents.defaultId()),
      roots: [path.join(gateway.stateDir, "media")],
      mount: undefined,
    });
    const found = allowed(source);
    if (found === undefined) {
      throw new OutboundError(
        "invalid",
        `Cannot attach ${source}: only web addresses and files of the workspace can be sent.`,
      );
    }
    return found;
  };
  const run = (
    action: ChannelActionName,
    request: Omit<Parameters<typeof messageActions.run>[0], "action" | "signal" | "media">,
  ) => work(() => messageActions.run({ ...request, action, media, signal: new AbortController().signal }));

  return {
    async send(params, { session }) {
      const { channel, accountId, idempotencyKey, sessionKey, ...content } = params;
      if (channel.trim().toLowerCase() === "webchat")
        throw invalidRequest(`unsupported channel: webchat. ${webchatRefusal}`);
      if (channels.idOf(channel) === undefined) throw invalidRequest(`unsupported channel: ${channel}`);
      const { replyToId, ...rest } = "replyToId" in content ? content : { ...content, replyToId: undefined };
      const result = await run("send", {
        channel,
        accountId,
        id: `send|${idempotencyKey}`,
        dryRun: false,
        params: { ...rest, target: params.to, ...(typeof replyToId === "string" ? { replyTo: replyToId } : {}) },
      });
      if (sessionKey !== undefined && session !== undefined && params.message !== undefined) {
        sayInSession(conversations.canonicalKey(sessionKey), params.message, gateway);
      }
      const { to, ...payload } = result.payload;
      return {
        runId: idempotencyKey,
        ...payload,
        messageId: textOf(payload.messageId),
        channel: result.channel,
        chatId: textOf(to),
      };
    },
    async poll(params) {
      const { channel, accountId, idempotencyKey, to, question, options, maxSelections, durationHours } = params;
      const id = channels.idOf(channel);
      const polls = id === undefined ? undefined : (await channels.load(id)).capabilities?.polls;
      if (polls !== true) throw invalidRequest(`unsupported poll channel: ${channel}`);
      const result = await run("poll", {
        channel,
        accountId,
        id: `poll|${idempotencyKey}`,
        dryRun: false,
        params: { target: to, question, options, maxSelections, durationHours },
      });
      const { to: chat, ...payload } = result.payload;
      return {
        runId: idempotencyKey,
        ...payload,
        messageId: textOf(payload.messageId),
        channel: result.channel,
        chatId: textOf(chat),
      };
    },
    async "message.action"({ action, idempotencyKey, ...request }) {
      const name = channelActionNames.find((each) => each === action);
      if (name === undefined) throw invalidRequest(`Message action ${action} not supported.`);
      return run(name, { ...request, id: `action|${idempotencyKey}` });
    },
  };
}

/** What went wrong, as a client is told. */
export function asRequestError(error: OutboundError): RequestError {
  return error.code === "invalid" ? invalidRequest(`Error: ${error.message}`) : unavailable(`Error: ${error.message}`);
}

function textOf(value: unknown): string {
  return typeof value === "string" ? value : "";
}
