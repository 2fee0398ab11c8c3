import type { Models } from "@openclaw/models";
import type { CredentialFor, NoteUse, ProviderAccess } from "../provider-access.ts";
import { mediaProviderId, usualModel } from "./entries.ts";
import { askChatModel } from "./providers/chat-image.ts";
import { transcribeDeepgram } from "./providers/deepgram.ts";
import { askGoogle } from "./providers/google-media.ts";
import type { MediaRequest } from "./providers/media-request.ts";
import { askMinimax } from "./providers/minimax-image.ts";
import { transcribeOpenAI } from "./providers/openai-audio.ts";
import type { Capability, CapabilityConfig, EntryConfig, EntryLimits } from "./understanding-config.ts";

/** Where providers that speak their own API are. */
const addresses: Readonly<Record<string, string>> = {
  openai: "https://api.openai.com/v1",
  groq: "https://api.groq.com/openai/v1",
  deepgram: "https://api.deepgram.com/v1",
  google: "https://generativelanguage.googleapis.com/v1beta",
  minimax: "https://api.minimax.io",
};
/** Largest film in one request, in bytes of base64. */
const maxVideoPayload = 70 * 1024 * 1024;

/** Makes a picture fit for models, or says why that is not possible. */
export type FitImage = (
  bytes: Uint8Array,
) => Promise<{ image: { data: string; mimeType: string } } | { reason: string }>;

export interface ProviderEntryOptions {
  capability: Capability;
  entry: EntryConfig;
  own: CapabilityConfig | undefined;
  limits: EntryLimits;
  agentId?: string | undefined;
  media: { bytes: Buffer; mimeType: string; fileName: string };
  models: Pick<Models, "resolve">;
  credentialFor: CredentialFor;
  noteUse: NoteUse;
  fitImage: FitImage;
  fetch: typeof fetch;
  signal: AbortSignal;
}

/** What an entry asks: `provider/model`, as people see it. */
export function providerLabel(capability: Capability, entry: EntryConfig): string {
  const provider = mediaProviderId(entry.provider ?? "");
  const model = entry.model?.trim() || usualModel(capability, provider);
  return model === undefined ? provider : `${provider}/${model}`;
}

/** Asks a provider about a file, with its next profile where one is refused. */
export async function askProvider(options: ProviderEntryOptions): Promise<string> {
  const { capability, entry, agentId, credentialFor, noteUse } = options;
  const provider = mediaProviderId(entry.provider ?? "");
  if (provider === "") throw new Error("the entry names no provider");
  const model = entry.model?.trim() || usualModel(capability, provider);
  if (model === undefined) throw new Error(`the entry of provider ${provider} names no model`);
  const wanted = { agentId, profile: entry.profile, preferredProfile: entry.preferredProfile };
  const tried = new Set<string>();
  let access = await credentialFor(provider, wanted);
  for (;;) {
    const profile = access?.profile;
    const use = profile === undefined ? undefined : { provider, model, profile, agentId };
    try {
      const text = await askOnce({ provider, model, access }, options);
      if (use !== undefined) noteUse(use);
      return text;
    } catch (error) {
      options.signal.throwIfAborted();
      if (use === undefined || !noteUse({ ...use, error })) throw error;
      tried.add(use.profile);
      access = await credentialFor(provider, wanted);
      if (access?.profile === undefined || tried.has(access.profile)) throw error;
    }
  }
}

async function askOnce(
  { provider, model, access }: { provider: string; model: string; access: ProviderAccess | undefined },
  options: ProviderEntryOptions,
): Promise<string> {
  const { capability, entry, limits, media } = options;
  if (capability === "image" && provider !== "minimax") {
    const fitted = await options.fitImage(media.bytes);
    if ("reason" in fitted) throw new Error(fitted.reason);
    const { models, agentId, signal } = options;
    const who = { models, agentId, profile: access?.profile };
    return askChatModel({ ...who, provider, model, image: fitted.image, prompt: limits.prompt, signal });
  }

  if (access === undefined) throw new Error(`No API key found for provider "${provider}"`);
  const request: MediaRequest = {
    ...media,
    model,
    limits,
    baseUrl: baseUrlOf(provider, options, access),
    access,
    headers: { ...access.headers, ...options.own?.headers, ...entry.headers },
    options: optionsOf(provider, options),
    fetch: options.fetch,
    signal: options.signal,
  };
  switch (capability) {
    case "image":
      return askMinimax(request);
    case "audio":
      if (provider === "google") return askGoogle(request, "Audio transcription");
      return provider === "deepgram" ? transcribeDeepgram(request) : transcribeOpenAI(request);
    case "video": {
      if (provider !== "google") throw new Error(`provider ${provider} does not understand video`);
      const payload = Math.ceil(media.bytes.length / 3) * 4;
      if (payload > Math.min((limits.maxBytes / 3) * 4 + 4, maxVideoPayload)) {
        throw new Error("the video is too large for one request");
      }
      return askGoogle(request, "Video description");
    }
  }
}

function baseUrlOf(provider: string, { entry, own }: ProviderEntryOptions, access: ProviderAccess): string {
  const configured = entry.baseUrl?.trim() || own?.baseUrl?.trim() || access.baseUrl?.trim();
  const url = configured || (Object.hasOwn(addresses, provider) ? addresses[provider] : undefined);
  if (url === undefined) throw new Error(`provider ${provider} has no address: set baseUrl in its entry`);
  return url.replace(/\/+$/, "");
}

/** Deepgram's own key is an older way to say the same. */
function optionsOf(provider: string, { entry, own }: ProviderEntryOptions): MediaRequest["options"] {
  const older = { ...own?.deepgram, ...entry.deepgram };
  const named = {
    ...(older.detectLanguage === undefined ? {} : { detect_language: older.detectLanguage }),
    ...(older.punctuate === undefined ? {} : { punctuate: older.punctuate }),
    ...(older.smartFormat === undefined ? {} : { smart_format: older.smartFormat }),
  };
  return {
    ...(provider === "deepgram" ? named : {}),
    ...own?.providerOptions?.[provider],
    ...entry.providerOptions?.[provider],
  };
}
