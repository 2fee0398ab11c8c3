import type { LanguageModelV4 } from "@ai-sdk/provider";
import {
  describeModelFailure,
  failoverOf,
  formatModelRef,
  ModelError,
  type ModelInfo,
  type ModelRef,
  type Models,
} from "@openclaw/models";
import { type Tool, type ToolResult, textResult } from "@openclaw/plugin-sdk";
import { fitImage, type ModelImage } from "../images/fit-image.ts";
import { type ImageSourceOptions, loadImage, UnsupportedImageReference } from "../images/image-source.ts";
import { stripReasoningTags } from "../reply/reasoning-tags.ts";
import { ToolFailure } from "./tool-failure.ts";

const defaultPrompt = "Describe the image.";
const maxAnswerTokens = 512;
const defaultMaxMb = 5;

export interface ImageToolOptions extends ImageSourceOptions {
  models: Models;
  /** The model of the conversation. */
  active: ModelInfo;
  /** `agents.defaults.mediaMaxMb`. */
  maxMb: number | undefined;
  /** Whose credentials are used; the default agent's when absent. */
  agentId?: string | undefined;
}

/** One model that was asked in vain. */
interface FailedAttempt {
  provider: string;
  model: string;
  error: string;
}

/** The tool that asks a model about a picture; undefined when there is no model that sees. */
export function createImageTool(options: ImageToolOptions): Tool | undefined {
  const { models, active } = options;
  if (models.imageModels(active).length === 0) return undefined;
  const hint = active.input.includes("image")
    ? " Not for images that are already in the conversation: you see those yourself."
    : "";
  return {
    name: "image",
    label: "Image",
    description: `Ask a model that sees about an image: a file, a data: URL or a web address.${hint}`,
    parameters: {
      type: "object",
      properties: {
        image: { type: "string", description: "Path, file:// URL, data: URL or http(s) URL" },
        prompt: { type: "string", description: `What to ask; default: ${defaultPrompt}` },
        model: { type: "string", description: "Another model to ask, provider/model" },
        maxBytesMb: { type: "number", description: "Largest image to send, in MB" },
      },
      required: ["image"],
    },
    readOnly: true,
    async execute(params, { signal }) {
      const reference = text(params.image)?.replace(/^@/, "").trim();
      if (!reference) throw new ToolFailure("image required");
      const candidates = chosenModels(options, text(params.model));
      try {
        const { bytes, rewrittenFrom } = await loadImage(reference, options, signal);
        const limitMb = typeof params.maxBytesMb === "number" ? params.maxBytesMb : (options.maxMb ?? defaultMaxMb);
        const image = await fitted(bytes, limitMb);
        const prompt = text(params.prompt) ?? defaultPrompt;
        const answer = await askModels(candidates, {
          image,
          prompt,
          models,
          signal,
          agentId: options.agentId,
        });
        return textResult(answer.text, {
          model: formatModelRef(answer.ref),
          image: shownReference(reference),
          ...(rewrittenFrom === undefined ? {} : { rewrittenFrom }),
          attempts: answer.attempts,
        });
      } catch (error) {
        if (!(error instanceof UnsupportedImageReference)) throw error;
        return unsupported(error, reference);
      }
    },
  };
}

function unsupported(error: UnsupportedImageReference, image: string): ToolResult {
  return textResult(error.message, { error: "unsupported_image_reference", image });
}

/** The bytes of a data URL belong into no transcript. */
function shownReference(reference: string): string {
  return /^data:/i.test(reference) ? `${reference.split(",", 1)[0]},…` : reference;
}

function chosenModels({ models, active }: ImageToolOptions, named: string | undefined): ModelRef[] {
  if (named === undefined) {
    const found = models.imageModels(active);
    if (found.length > 0) return found;
    // There was one when the tool was offered; the configuration has changed since.
    throw new ToolFailure(
      "No image model configured. Set agents.defaults.imageModel.primary or agents.defaults.imageModel.fallbacks.",
    );
  }
  const ref = models.canonical(named);
  if (ref === undefined) throw new ToolFailure(`Unknown model: ${named}`);
  return [ref];
}

async function fitted(bytes: Buffer, limitMb: number): Promise<ModelImage> {
  const { fileTypeFromBuffer } = await import("file-type");
  const type = await fileTypeFromBuffer(bytes);
  const kind = mediaKind(type?.mime, bytes);
  if (kind !== "image") throw new ToolFailure(`Unsupported media type: ${kind}`);
  const result = await fitImage(bytes, { maxBytes: limitMb * 1_000_000 });
  if ("image" in result) return result.image;
  throw new ToolFailure(
    result.reason.startsWith("Image ") ? result.reason : `The image cannot be used: ${result.reason}`,
  );
}

function mediaKind(mimeType: string | undefined, bytes: Buffer): string {
  const family = mimeType?.split("/", 1)[0];
  if (family === "image" || family === "audio" || family === "video") return family;
  return mimeType === undefined && bytes.subarray(0, 8192).includes(0) ? "unknown" : "document";
}

interface Question {
  image: ModelImage;
  prompt: string;
  models: Models;
  signal: AbortSignal;
  agentId: string | undefined;
}

/** Asks one model after the other until one answers. */
async function askModels(candidates: readonly ModelRef[], question: Question) {
  const attempts: FailedAttempt[] = [];
  let onlyError: unknown;
  for (const ref of candidates) {
    try {
      return { text: await askProfiles(ref, question), ref, attempts };
    } catch (error) {
      question.signal.throwIfAborted();
      onlyError = error;
      const failure = error instanceof ToolFailure ? undefined : describeModelFailure(error, ref);
      const detail = failure?.detail ?? (error instanceof Error ? error.message : String(error));
      attempts.push({ ...ref, error: detail });
      // The image itself is at fault: other models would say the same.
      if (failure?.fault === "image-size" || failure?.fault === "image-dimension") break;
    }
  }
  if (attempts.length === 1) throw readable(onlyError, attempts);
  const list = attempts.map(({ provider, model, error }) => `${provider}/${model}: ${error}`).join(" | ");
  throw new ToolFailure(`All image models failed (${attempts.length}): ${list}`, { attempts });
}

/** Asks a model with one auth profile after the other, as long as it is the profile that fails. */
async function askProfiles(ref: ModelRef, question: Question): Promise<string> {
  const { models, agentId, signal } = question;
  const { credentials } = models;
  const order = credentials?.order(ref.provider, { agentId }) ?? [];
  const ready = order.filter(({ unusableUntil }) => unusableUntil === undefined).map(({ id }) => id);
  // Where all of them rest, asking the one that is soonest ready costs no more than refusing.
  const profiles = ready.length > 0 ? ready : [order[0]?.id];
  for (const [at, profile] of profiles.entries()) {
    try {
      const answer = await askModel(ref, question, profile);
      if (profile !== undefined) credentials?.succeeded(profile, ref.provider, agentId);
      return answer;
    } catch (error) {
      signal.throwIfAborted();
      const next = error instanceof ToolFailure ? undefined : failoverOf(describeModelFailure(error, ref));
      if (next?.kind !== "rotate") throw error;
      if (profile !== undefined) credentials?.failed(profile, ref.provider, next.reason, agentId);
      if (at === profiles.length - 1) throw error;
    }
  }
  throw new ToolFailure(`${formatModelRef(ref)} could not be asked`);
}

function readable(error: unknown, attempts: readonly FailedAttempt[]): ToolFailure {
  if (error instanceof ToolFailure) return error;
  return new ToolFailure(attempts[0]?.error ?? "The image model failed.", { attempts });
}

async function askModel(
  ref: ModelRef,
  { image, prompt, models, signal, agentId }: Question,
  profile: string | undefined,
): Promise<string> {
  const resolved = await models.resolve(ref, { agentId, profile }).catch((error: unknown) => {
    if (error instanceof ModelError && error.code === "unknown-model") {
      throw new ToolFailure(`Unknown model: ${formatModelRef(ref)}`);
    }
    throw error;
  });
  if (!resolved.info.input.includes("image")) {
    throw new ToolFailure(`Model does not support images: ${formatModelRef(resolved.ref)}`);
  }
  const { content } = await resolved.languageModel.doGenerate({
    prompt: [
      {
        role: "user",
        content: [
          { type: "text", text: prompt },
          { type: "file", mediaType: image.mimeType, data: { type: "data", data: image.data } },
        ],
      },
    ],
    maxOutputTokens: maxAnswerTokens,
    providerOptions: resolved.providerOptions("off"),
    abortSignal: signal,
  });
  const answer = answerText(content, resolved.reasoningTags);
  if (answer === "") throw new ToolFailure(`${formatModelRef(resolved.ref)} gave no answer about the image`);
  return answer;
}

type GeneratedContent = Awaited<ReturnType<LanguageModelV4["doGenerate"]>>["content"];

function answerText(content: GeneratedContent, reasoningTags: boolean): string {
  const whole = content.map((part) => (part.type === "text" ? part.text : "")).join("");
  return (reasoningTags ? stripReasoningTags(whole) : whole).trim();
}

function text(value: unknown): string | undefined {
  return typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
}
