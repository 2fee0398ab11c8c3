import { mkdtemp, rm, writeFile } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import { fitImage } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type {
  CredentialFor,
  ReadDocuments,
  UnderstandingConfig,
  UnderstandLinks,
  UnderstandMedia,
} from "@openclaw/media";
import { type Models, providerAccess } from "@openclaw/models";
import type { GuardedFetch } from "@openclaw/net";
import type { Sessions } from "@openclaw/sessions";
import { type Inbound, isUnattended } from "../pipeline/inbound.ts";
import { modelInfo, sessionModel } from "../session-model.ts";
import { createNoteUse } from "./profile-use.ts";

/** Sessions whose last decisions are kept for their status card. */
const maxKept = 200;

/** A picture of a page has at most some megapixels; it is made smaller before a model sees it. */
const maxPictureBytes = 32 * 1024 * 1024;

/** What is made of the files of messages before a model sees them. */
export interface MessageMedia {
  /** Whether a message has files, or links, that could be understood. */
  concerns(message: Inbound): boolean;
  /**
   * The message with what was understood in place of the files; what its documents say, and what was found out about its
   * links, stands behind its text. One of which nothing was understood is returned as it is.
   * Rejects only when `signal` is aborted.
   */
  understand(message: Inbound, signal: AbortSignal): Promise<Inbound>;
  /** Whether the model that would answer a message looks at pictures itself. */
  seesImages(message: Pick<Inbound, "sessionKey" | "agentId" | "model">): Promise<boolean>;
  /**
   * What is to be seen on a picture: the agent's own model is asked when it looks at pictures, else what `tools.media` names.
   * Undefined when there is none.
   */
  describe(
    image: { bytes: Uint8Array; mimeType: string; signal: AbortSignal },
    channel: string,
  ): Promise<string | undefined>;
  /** What became of the files of a session's last message that had some, for its status card. */
  statusParts(sessionKey: string): readonly string[];
}

export interface MessageMediaOptions {
  models: Models;
  defaultAgentId(): string;
  config(): OpenClawConfig;
  sessions: Pick<Sessions, "get" | "inheritedModel">;
  env: NodeJS.ProcessEnv;
  /** Pictures of pages are put below it. */
  stateDir: string;
  fetch: typeof fetch;
  /** For files on the web. */
  guardedFetch: GuardedFetch;
  log: Logger;
}

interface Loaded {
  library: typeof import("@openclaw/media");
  understand: UnderstandMedia;
  links: UnderstandLinks;
  documents: ReadDocuments;
}

/** Loads what it needs with the first message that has a file, or a link that is to be looked at. */
export function createMessageMedia(options: MessageMediaOptions): MessageMedia {
  const { models, config, env, log } = options;
  const kept = new Map<string, readonly string[]>();
  let loading: Promise<Loaded> | undefined;

  const credentialFor: CredentialFor = (provider, wanted) =>
    providerAccess(provider, { ...wanted, config: config(), env, credentials: models.credentials });
  const makeUnderstand = (library: Loaded["library"], media: () => UnderstandingConfig) =>
    library.createUnderstandMedia({
      config: media,
      models,
      credentialFor,
      noteUse: createNoteUse(models),
      fitImage: (bytes) => fitImage(bytes),
      fetch: options.fetch,
      guardedFetch: options.guardedFetch,
      env,
      log,
    });
  const load = async (): Promise<Loaded> => {
    const library = await import("@openclaw/media");
    const understand = makeUnderstand(library, () => config().tools?.media ?? {});
    const links = library.createUnderstandLinks({ config: () => config().tools?.links ?? {}, env, log });
    const documents = library.createReadDocuments({
      config: () => config().gateway?.http?.endpoints?.responses?.files ?? {},
      log,
    });
    return { library, understand, links, documents };
  };

  const activeModel = async ({ sessionKey, agentId, model }: Pick<Inbound, "sessionKey" | "agentId" | "model">) => {
    const ref = model ?? (await sessionModel(sessionKey, agentId, options.sessions, models));
    const info = await modelInfo(ref, agentId, models);
    return { provider: ref.provider, seesImages: info?.input.includes("image") === true };
  };

  const remember = (sessionKey: string, parts: readonly string[]) => {
    kept.delete(sessionKey);
    kept.set(sessionKey, parts);
    const [oldest] = kept.keys();
    if (kept.size > maxKept && oldest !== undefined) kept.delete(oldest);
  };

  const understandFiles = async (message: Inbound, { library, understand }: Loaded, signal: AbortSignal) => {
    const { sessionKey, attachments, text } = message;
    const hasSound = attachments.some(
      (item) => library.mediaKind(item.mimeType, item.fileName ?? item.path) === "audio",
    );
    const heard = hasSound ? { ...message, voice: true } : message;
    const { outputs, commandText, decisions, transcript } = await understand({
      attachments,
      text,
      agentId: message.agentId,
      place: placeOf(message),
      activeModel: await activeModel(message),
      variables: variablesOf(message),
      ...(message.route.surface === "channel" && message.messageId !== undefined
        ? {
            sharedAs: JSON.stringify([
              message.route.channel,
              message.route.accountId,
              message.route.to,
              message.messageId,
            ]),
          }
        : {}),
      signal,
    });
    remember(sessionKey, library.decisionParts(decisions));
    if (commandText === undefined) return heard;
    const done = new Set(outputs.map(({ attachment }) => attachment));
    const caption = library.captionOf(text);
    const [before = "", after = ""] = library.mediaBody(outputs, cut).split(cut);
    return {
      ...heard,
      ...(transcript === "" ? {} : { transcript }),
      text: commandText,
      attachments: attachments.filter((_, index) => !done.has(index)),
      understood: {
        body: library.mediaBody(outputs, ""),
        ...(caption === "" ? {} : { around: { before, after } }),
      },
    };
  };

  const understand = async (message: Inbound, signal: AbortSignal): Promise<Inbound> => {
    loading ??= load();
    const loaded = await loading;
    const place = placeOf(message);
    const [seen, said] = await Promise.all([
      hasFiles(message) ? understandFiles(message, loaded, signal) : message,
      // Nobody has asked about the links of a message that is only listened to.
      hasLinks(message) && message.unheard === undefined
        ? loaded.links({ text: message.text, place, variables: variablesOf(message), signal })
        : ([] as string[]),
    ]);
    const { blocks, pictures } = await readDocuments(seen, loaded, signal);
    const behind = [...blocks, ...said];
    const shown = behind.length === 0 ? seen : withTexts(seen, behind);
    return pictures.length === 0 ? shown : { ...shown, attachments: [...shown.attachments, ...pictures] };
  };

  /** What the documents of a message say; pages that say too little become pictures for a model that sees. */
  const readDocuments = async (message: Inbound, { library, documents }: Loaded, signal: AbortSignal) => {
    const { attachments } = message;
    if (attachments.length === 0) return { blocks: [], pictures: [] };
    const { seesImages } = await activeModel(message);
    const { blocks, pictures } = await documents(attachments, { signal, pictures: seesImages });
    const store = library.createMediaStore({ stateDir: options.stateDir });
    const stored = await Promise.all(
      pictures.map(async ({ bytes, fileName }) => {
        const { path, mimeType } = await store.save(bytes, {
          fileName,
          mimeType: "image/png",
          maxBytes: maxPictureBytes,
        });
        return { path, mimeType, fileName };
      }),
    );
    return { blocks, pictures: stored };
  };

  const describe: MessageMedia["describe"] = async ({ bytes, mimeType, signal }, channel) => {
    loading ??= load();
    const { library } = await loading;
    const agentId = options.defaultAgentId();
    const ref = await models.defaultRef(agentId);
    const own = (await modelInfo(ref, agentId, models))?.input.includes("image") ? [ref] : [];
    const media = config().tools?.media ?? {};
    const understand = makeUnderstand(library, () => ({
      ...media,
      image: { ...media.image, models: [...own, ...(media.image?.models ?? [])] },
    }));
    const folder = await mkdtemp(path.join(os.tmpdir(), "openclaw-look-"));
    try {
      const file = path.join(folder, "picture");
      await writeFile(file, bytes);
      const { outputs } = await understand({
        attachments: [{ path: file, mimeType }],
        text: "",
        agentId,
        place: { channel, chatType: "direct", sessionKey: "" },
        activeModel: { provider: ref.provider, seesImages: false },
        signal,
      });
      return outputs[0]?.text;
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  };

  const hasLinks = ({ text }: Inbound) =>
    (config().tools?.links?.models?.length ?? 0) > 0 &&
    config().tools?.links?.enabled !== false &&
    /https?:\/\//i.test(text);

  const variablesOf = ({ text, route, sessionKey, senderId = "", ...message }: Inbound) => {
    const { channel, chatType } = placeOf({ route, sessionKey });
    const sessionId = options.sessions.get(sessionKey)?.sessionId;
    return {
      Body: text,
      RawBody: text,
      BodyStripped: text,
      From: senderId,
      To: route.surface === "channel" ? route.to : sessionKey,
      MessageSid: message.messageId ?? message.id,
      SessionId: sessionId ?? "",
      IsNewSession: sessionId === undefined,
      ChatType: chatType,
      SenderName: message.senderName ?? "",
      SenderE164: /^\+\d+$/.test(senderId) ? senderId : "",
      Provider: channel,
    };
  };

  return {
    concerns: (message) =>
      message.source !== "wake" &&
      message.source !== "call" &&
      !isUnattended(message) &&
      (hasFiles(message) || hasLinks(message)),
    understand: (message, signal) =>
      understand(message, signal).catch((error: unknown) => {
        signal.throwIfAborted();
        log.error(`the files of message ${message.id} were not understood`, { error: String(error) });
        return message;
      }),
    seesImages: async (message) => (await activeModel(message)).seesImages,
    describe,
    statusParts: (sessionKey) => kept.get(sessionKey) ?? [],
  };
}

function hasFiles({ attachments }: Inbound): boolean {
  return attachments.length > 0;
}

/** The message with documents, and what programs said of its links, behind everything else. */
function withTexts(message: Inbound, texts: readonly string[]): Inbound {
  const behind = `\n\n${texts.join("\n\n")}`;
  const { body, around } = message.understood ?? { body: undefined, around: { before: "", after: "" } };
  return {
    ...message,
    understood: {
      body: `${body ?? ""}${behind}`.trim(),
      ...(around === undefined ? {} : { around: { before: around.before, after: `${around.after}${behind}` } }),
    },
  };
}

/** Stands for the user's own words while the blocks are made; it is in no text. */
const cut = "\u0000";

function placeOf({ route, sessionKey }: Pick<Inbound, "route" | "sessionKey">) {
  return route.surface === "channel"
    ? { channel: route.channel, chatType: route.chatType ?? "direct", sessionKey }
    : { channel: "webchat", chatType: "direct" as const, sessionKey };
}
