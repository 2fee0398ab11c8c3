import { z } from "zod";
import * as t from "./leaves.ts";

interface ProviderKeys<D extends z.ZodType, P extends z.ZodType> {
  deepgram: D;
  providerOptions: P;
}

/** One entry of a list of models (or programs) that turn media into text. */
export const mediaModelFragment = <D extends z.ZodType, P extends z.ZodType>(shared: ProviderKeys<D, P>) =>
  z.strictObject({
    type: t.choice("provider", "cli"),
    provider: t.str,
    model: t.str,
    capabilities: z.array(t.mustChoice("image", "audio", "video")).optional(),
    command: t.str,
    args: t.strList,
    prompt: t.str,
    maxChars: t.intAbove0,
    maxBytes: t.intAbove0,
    timeoutSeconds: t.intAbove0,
    language: t.str,
    providerOptions: shared.providerOptions,
    deepgram: shared.deepgram,
    baseUrl: t.str,
    headers: t.strMap,
    profile: t.str,
    preferredProfile: t.str,
  });

interface CapabilityParts<D extends z.ZodType, P extends z.ZodType, S extends z.ZodType, M extends z.ZodType>
  extends ProviderKeys<D, P> {
  scope: S;
  model: M;
}

/** What is done with one kind of media: images, audio or video. */
export const mediaCapabilityFragment = <
  D extends z.ZodType,
  P extends z.ZodType,
  S extends z.ZodType,
  M extends z.ZodType,
>(
  parts: CapabilityParts<D, P, S, M>,
) =>
  z.strictObject({
    enabled: t.flag,
    scope: parts.scope.optional(),
    maxBytes: t.intAbove0,
    maxChars: t.intAbove0,
    prompt: t.str,
    timeoutSeconds: t.intAbove0,
    language: t.str,
    providerOptions: parts.providerOptions,
    deepgram: parts.deepgram,
    baseUrl: t.str,
    headers: t.strMap,
    attachments: z
      .strictObject({
        mode: t.choice("first", "all"),
        maxAttachments: t.intAbove0,
        prefer: t.choice("first", "last", "path", "url"),
      })
      .optional(),
    models: t.listOf(parts.model),
  });
