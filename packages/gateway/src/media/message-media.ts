import { fitImage } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { CredentialFor, UnderstandMedia } from "@openclaw/media";
import { type Models, providerAccess } from "@openclaw/models";
import { createGuardedFetch } from "@openclaw/net";
import type { SessionEntry } from "@openclaw/sessions";
import type { Inbound } from "../pipeline/inbound.ts";
import { modelInfo, sessionModel } from "../session-model.ts";

/** Sessions whose last decisions are kept for their status card. */
const maxKept = 200;

/** What is made of the files of messages before a model sees them. */
export interface MessageMedia {
  /** Whether a message has files that could be understood. */
  concerns(message: Inbound): boolean;
  /**
   * The message with what was understood in place of the files. One of which nothing was understood is returned as it is.
   * Rejects only when `signal` is aborted.
   */
  understand(message: Inbound, signal: AbortSignal): Promise<Inbound>;
  /** What became of the files of a session's last message that had some, for its status card. */
  statusParts(sessionKey: string): readonly string[];
}

export interface MessageMediaOptions {
  models: Models;
  config(): OpenClawConfig;
  entry(sessionKey: string): SessionEntry | undefined;
  env: NodeJS.ProcessEnv;
  fetch: typeof fetch;
  log: Logger;
}

/** Loads what it needs with the first message that has a file. */
export function createMessageMedia(options: MessageMediaOptions): MessageMedia {
  const { models, config, env, log } = options;
  const kept = new Map<string, readonly string[]>();
  let loading: Promise<{ library: typeof import("@openclaw/media"); understand: UnderstandMedia }> | undefined;

  const credentialFor: CredentialFor = (provider, wanted) =>
    providerAccess(provider, { ...wanted, config: config(), env, credentials: models.credentials });
  const load = async () => {
    const library = await import("@openclaw/media");
    const understand = library.createUnderstandMedia({
      config: () => config().tools?.media ?? {},
      models,
      credentialFor,
      fitImage: (bytes) => fitImage(bytes),
      fetch: options.fetch,
      guardedFetch: createGuardedFetch(),
      env,
      log,
    });
    return { library, understand };
  };

  const activeModel = async ({ sessionKey, agentId, model }: Inbound) => {
    const ref = model ?? (await sessionModel(options.entry(sessionKey), agentId, models));
    const info = await modelInfo(ref, agentId, models);
    return { provider: ref.provider, seesImages: info?.input.includes("image") === true };
  };

  const remember = (sessionKey: string, parts: readonly string[]) => {
    kept.delete(sessionKey);
    kept.set(sessionKey, parts);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  };

  const understand = async (message: Inbound, signal: AbortSignal): Promise<Inbound> => {
    loading ??= load();
    const { library, understand } = await loading;
    const { route, sessionKey, attachments, text } = message;
    const hasSound = attachments.some(
      (item) => library.mediaKind(item.mimeType, item.fileName ?? item.path) === "audio",
    );
    const heard = hasSound ? { ...message, voice: true } : message;
    const { outputs, commandText, decisions } = await understand({
      attachments,
      text,
      agentId: message.agentId,
      place: placeOf(message),
      activeModel: await activeModel(message),
      variables: {
        Body: text,
        RawBody: text,
        BodyStripped: text,
        From: message.senderId ?? "",
        To: route.surface === "channel" ? route.to : sessionKey,
        MessageSid: message.messageId ?? message.id,
        SessionId: options.entry(sessionKey)?.sessionId ?? "",
        IsNewSession: options.entry(sessionKey)?.sessionId === undefined,
        ChatType: placeOf(message).chatType,
        SenderName: message.senderName ?? "",
        SenderE164: /^\+\d+$/.test(message.senderId ?? "") ? (message.senderId ?? "") : "",
        Provider: placeOf(message).channel,
      },
      signal,
    });
    remember(sessionKey, library.decisionParts(decisions));
    if (commandText === undefined) return heard;
    const done = new Set(outputs.map(({ attachment }) => attachment));
    const caption = library.captionOf(text);
    const [before = "", after = ""] = library.mediaBody(outputs, cut).split(cut);
    return {
      ...heard,
      text: commandText,
      attachments: attachments.filter((_, index) => !done.has(index)),
      understood: {
        body: library.mediaBody(outputs, ""),
        ...(caption === "" ? {} : { around: { before, after } }),
      },
    };
  };

  return {
    concerns: ({ source, attachments }) => attachments.length > 0 && source !== "wake" && source !== "call",
    understand: (message, signal) =>
      understand(message, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        log.error(`the files of message ${message.id} were not understood`, { error: String(error) });
        return message;
      }),
    statusParts: (sessionKey) => kept.get(sessionKey) ?? [],
  };
}

/** Stands for the user's own words while the blocks are made; it is in no text. */
const cut = "\u0000";

function placeOf({ route, sessionKey }: Inbound) {
  return route.surface === "channel"
    ? { channel: route.channel, chatType: route.chatType ?? "direct", sessionKey }
    : { channel: "webchat", chatType: "direct" as const, sessionKey };
}
