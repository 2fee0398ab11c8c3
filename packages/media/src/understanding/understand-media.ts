import { readFile, stat } from "node:fs/promises";
import os from "node:os";
import path from "node:path";
import type { Logger } from "@openclaw/log";
import type { Models } from "@openclaw/models";
import type { GuardedFetch } from "@openclaw/net";
import { detectType } from "../kinds/detect-type.ts";
import { MediaError } from "../media-error.ts";
import type { CredentialFor, NoteUse } from "../provider-access.ts";
import { download } from "../store/download.ts";
import { createLocalPrograms } from "./auto-detect.ts";
import { askProgram } from "./cli-entry.ts";
import type { CapabilityDecision } from "./decision.ts";
import { autoProviders, canProvide, configuredEntries, isCliEntry, mediaProviderId } from "./entries.ts";
import { captionOf, mediaBody, transcriptOf, type UnderstandingOutput } from "./media-body.ts";
import { askProvider, type FitImage, providerLabel } from "./provider-entry.ts";
import { createRunProgram, type RunProgram } from "./run-program.ts";
import { type ChatPlace, isInScope } from "./scope.ts";
import { type MediaAttachment, type SelectedAttachment, selectAttachments } from "./select-attachments.ts";
import type { TemplateVariables } from "./template.ts";
import {
  type Capability,
  capabilities,
  type EntryConfig,
  entryLimits,
  type UnderstandingConfig,
} from "./understanding-config.ts";

const defaultConcurrency = 2;
/** Sounds whose words are kept for other agents that are given the same message. */
const maxHeard = 50;
/** Why a picture is left to a model that sees. */
export const nativeVision = "primary model supports vision natively";

export interface UnderstandMediaOptions {
  /** `tools.media`, as it is now. */
  config: () => UnderstandingConfig;
  models: Pick<Models, "resolve">;
  credentialFor: CredentialFor;
  /** Told how requests with credential profiles end; without it none is ever let rest. */
  noteUse?: NoteUse;
  fitImage: FitImage;
  /** For providers. */
  fetch: typeof fetch;
  /** For files on the web. */
  guardedFetch: GuardedFetch;
  env: NodeJS.ProcessEnv;
  runProgram?: RunProgram;
  /** For files that programs need; default the system's. */
  tempDir?: string;
  log: Logger;
}

export interface UnderstandRequest {
  attachments: readonly MediaAttachment[];
  /** What the user wrote beside them. */
  text: string;
  place: ChatPlace;
  /** Whose credentials are used. */
  agentId?: string | undefined;
  /** The model of the session. */
  activeModel: { provider: string; seesImages: boolean };
  /** Names the message where several agents are given it: its sounds are heard once. */
  sharedAs?: string | undefined;
  /** What programs may be told of the message, beside the file. */
  variables?: TemplateVariables;
  signal: AbortSignal;
}

export interface Understood {
  /** In the order image, audio, video. */
  outputs: readonly UnderstandingOutput[];
  /** What the model reads; undefined when nothing was understood: the message stays as it is. */
  body: string | undefined;
  /** What was said; empty when nothing was. */
  transcript: string;
  /** The user's own words, else what was said: commands and mentions are looked for in it. */
  commandText: string | undefined;
  decisions: readonly CapabilityDecision[];
}

/** Turns the files of messages into text, before a model sees them. */
export type UnderstandMedia = (request: UnderstandRequest) => Promise<Understood>;

/** What came of asking about one file. */
type Answer = { text: string; by: string } | { skipped: string | undefined };

/** Why an entry gave nothing, where the file is the reason. */
class Skipped extends Error {
  readonly reason: string;

  constructor(reason: string, message: string) {
    super(message);
    this.reason = reason;
  }
}

/** Makes it from the configuration. Programs of this machine are looked for once. */
export function createUnderstandMedia(options: UnderstandMediaOptions): UnderstandMedia {
  const { log, credentialFor } = options;
  const runProgram = options.runProgram ?? createRunProgram();
  const programs = createLocalPrograms({ env: options.env, runProgram });

  /** What is being, or was, said in the sounds of messages that have a name. */
  const heard = new Map<string, Promise<Answer>>();

  /** What to try where nothing is configured. */
  const detected = async (
    capability: Capability,
    active: string,
    agentId: string | undefined,
  ): Promise<EntryConfig[]> => {
    const hasKey = async (provider: string) =>
      (await credentialFor(provider, { agentId }).catch(() => undefined)) !== undefined;
    if (canProvide(active, capability) && (await hasKey(active))) return [{ type: "provider", provider: active }];
    const local = capability === "audio" ? await programs.transcriber() : undefined;
    const program = local ?? (await programs.gemini(capability));
    if (program !== undefined) return [program];
    for (const provider of autoProviders[capability]) {
      if (await hasKey(provider)) return [{ type: "provider", provider }];
    }
    return [];
  };

  const read = async (attachment: SelectedAttachment, maxBytes: number, timeoutMs: number, signal: AbortSignal) => {
    const { path: file, url } = attachment;
    if (file !== undefined) {
      const { size } = await stat(file);
      if (size > maxBytes)
        throw new Skipped("maxBytes", `${path.basename(file)} has ${size} bytes, more than ${maxBytes}`);
      return { bytes: await readFile(file), fileName: attachment.fileName ?? path.basename(file) };
    }
    if (url === undefined) throw new Error("the attachment has neither a path nor an address");
    try {
      const found = await download(url, options.guardedFetch, { maxBytes, timeoutMs, signal });
      return { bytes: found.bytes, fileName: attachment.fileName ?? found.fileName ?? "file" };
    } catch (error) {
      if (error instanceof MediaError && error.code === "too-large") throw new Skipped("maxBytes", error.message);
      throw error;
    }
  };

  const askEntry = async (
    capability: Capability,
    entry: EntryConfig,
    attachment: SelectedAttachment,
    request: UnderstandRequest,
  ): Promise<string> => {
    const own = options.config()[capability];
    const limits = entryLimits(capability, entry, own);
    const limit = timeLimit(limits.timeoutMs, request.signal);
    const { signal } = limit;
    try {
      const { bytes, fileName } = await read(attachment, limits.maxBytes, limits.timeoutMs, signal);
      const { mimeType, extension } = await detectType(bytes, { fileName, declared: attachment.mimeType });
      const text = isCliEntry(entry)
        ? await askProgram({
            entry,
            limits,
            variables: { ...request.variables, MediaUrl: attachment.url ?? "" },
            media: { path: attachment.path, fileName, extension, mimeType, read: () => Promise.resolve(bytes) },
            runProgram,
            env: options.env,
            tempDir: options.tempDir ?? os.tmpdir(),
            signal,
          })
        : await askProvider({
            ...options,
            noteUse: options.noteUse ?? (() => false),
            capability,
            entry,
            own,
            limits,
            agentId: request.agentId,
            media: { bytes, mimeType, fileName },
            signal,
          });
      const trimmed = text.trim();
      if (trimmed === "") throw new Error("it gave no text");
      return limits.maxChars === undefined ? trimmed : trimmed.slice(0, limits.maxChars).toWellFormed();
    } finally {
      limit.end();
    }
  };

  /** Tries one entry after the other. */
  const askInTurn = async (
    capability: Capability,
    entries: readonly EntryConfig[],
    attachment: SelectedAttachment,
    request: UnderstandRequest,
  ): Promise<Answer> => {
    const reasons = new Set<string | undefined>();
    for (const entry of entries) {
      const by = isCliEntry(entry) ? path.basename(entry.command ?? "cli") : providerLabel(capability, entry);
      try {
        return { text: await askEntry(capability, entry, attachment, request), by };
      } catch (error) {
        request.signal.throwIfAborted();
        reasons.add(error instanceof Skipped ? error.reason : undefined);
        const reason = error instanceof Error ? error.message : String(error);
        log.warn(`${capability} was not understood by ${by}: ${reason}`);
      }
    }
    const [first] = reasons;
    return { skipped: reasons.size === 1 ? first : undefined };
  };

  /** The same, once for all agents that are given a message. */
  const askOnce = async (
    capability: Capability,
    entries: readonly EntryConfig[],
    attachment: SelectedAttachment,
    request: UnderstandRequest,
  ): Promise<Answer> => {
    if (capability !== "audio" || request.sharedAs === undefined) {
      return askInTurn(capability, entries, attachment, request);
    }
    const name = attachment.path ?? attachment.url;
    const key = JSON.stringify([request.sharedAs, name, entries]);
    // Another agent may have been stopped meanwhile; that is no answer for this one.
    const earlier = heard.get(key);
    const known = earlier === undefined ? undefined : await earlier.catch(() => undefined);
    request.signal.throwIfAborted();
    if (known !== undefined && "text" in known) return known;
    const answer = askInTurn(capability, entries, attachment, request);
    heard.set(key, answer);
    const [oldest] = heard.keys();
    if (heard.size > maxHeard && oldest !== undefined) heard.delete(oldest);
    return answer;
  };

  const understandOne = async (
    capability: Capability,
    request: UnderstandRequest,
  ): Promise<{ decision: CapabilityDecision; outputs: UnderstandingOutput[] }> => {
    const config = options.config();
    const own = config[capability];
    const ended = (outcome: CapabilityDecision["outcome"], outputs: UnderstandingOutput[] = []) => ({
      decision: { capability, outcome },
      outputs,
    });
    if (own?.enabled === false) return ended({ state: "off" });
    const selected = selectAttachments(request.attachments, capability, own?.attachments);
    if (selected.length === 0) return ended({ state: "none" });
    if (!isInScope(own?.scope, request.place)) return ended({ state: "denied" });
    if (capability === "image" && request.activeModel.seesImages) {
      return ended({ state: "skipped", reason: nativeVision });
    }
    const configured = configuredEntries(config, capability);
    const entries =
      configured.length > 0
        ? configured
        : await detected(capability, mediaProviderId(request.activeModel.provider), request.agentId);
    if (entries.length === 0) return ended({ state: "none" });

    const outputs: UnderstandingOutput[] = [];
    let by: string | undefined;
    let skipped: string | undefined;
    for (const attachment of selected) {
      const answer = await askOnce(capability, entries, attachment, request);
      if ("text" in answer) {
        by ??= answer.by;
        outputs.push({ capability, attachment: attachment.index, text: answer.text });
      } else {
        skipped ??= answer.skipped;
      }
    }
    if (by !== undefined) return ended({ state: "ok", count: outputs.length, by }, outputs);
    return ended(skipped === undefined ? { state: "failed" } : { state: "skipped", reason: skipped });
  };

  return async (request) => {
    const results = await inParallel(
      capabilities,
      Math.max(1, options.config().concurrency ?? defaultConcurrency),
      (capability) => understandOne(capability, request),
    );
    const outputs = results.flatMap((result) => result.outputs);
    const decisions = results.map(({ decision }) => decision);
    const caption = captionOf(request.text);
    const transcript = transcriptOf(outputs);
    if (outputs.length === 0) return { outputs, body: undefined, transcript, commandText: undefined, decisions };
    return {
      outputs,
      body: mediaBody(outputs, caption),
      transcript,
      commandText: caption === "" ? transcript : caption,
      decisions,
    };
  };
}

/** Begins in order, at most `limit` at once; the results are in order as well. */
async function inParallel<T, R>(items: readonly T[], limit: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  let next = 0;
  const worker = async () => {
    for (let at = next++; at < items.length; at = next++) {
      const item = items[at];
      if (item !== undefined) results[at] = await work(item);
    }
  };
  await Promise.all(Array.from({ length: Math.min(limit, items.length) }, worker));
  return results;
}

/** A signal that aborts with the caller's, or when the time is over. */
function timeLimit(ms: number, outer: AbortSignal): { signal: AbortSignal; end(): void } {
  const controller = new AbortController();
  const timer = setTimeout(() => controller.abort(new Error(`it took longer than ${ms / 1000} s`)), ms);
  const onAbort = () => controller.abort(outer.reason);
  if (outer.aborted) onAbort();
  else outer.addEventListener("abort", onAbort, { once: true });
  return {
    signal: controller.signal,
    end() {
      clearTimeout(timer);
      outer.removeEventListener("abort", onAbort);
    },
  };
}
