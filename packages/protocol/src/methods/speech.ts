import { z } from "zod";
import { method } from "../contract.ts";
import { flag, ignoredParams, lenient, open, text, textOrNull, texts } from "../fields.ts";
import { talkMode } from "../health.ts";
import { once } from "../once.ts";

const enabled = once(() => open({ enabled: flag() }));
const triggers = once(() => open({ triggers: texts() }));

function wantsSecrets(params: unknown): boolean {
  return typeof params === "object" && params !== null && "includeSecrets" in params && params.includeSecrets === true;
}

export const speechMethods = {
  "tts.status": method("tts.status", {
    scope: "operator.read",
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        enabled: flag(),
        auto: text(),
        provider: text(),
        fallbackProvider: textOrNull(),
        fallbackProviders: texts(),
        prefsPath: text(),
        /** Version 3 only. */
        hasOpenAIKey: flag().optional(),
        hasElevenLabsKey: flag().optional(),
        edgeEnabled: flag().optional(),
        /** Version 4 only. */
        providerStates: z.array(open({ id: text(), label: text(), configured: flag() })).optional(),
        personas: z.array(open({})).optional(),
      }),
  }),
  "tts.providers": method("tts.providers", {
    scope: "operator.read",
    open: true,
    params: ignoredParams,
    result: () =>
      open({
        providers: z.array(
          open({ id: text(), name: text(), configured: flag(), models: texts(), voices: texts().optional() }),
        ),
        active: text(),
      }),
  }),
  "tts.enable": method("tts.enable", {
    scope: "operator.write",
    open: true,
    params: ignoredParams,
    result: enabled,
  }),
  "tts.disable": method("tts.disable", {
    scope: "operator.write",
    open: true,
    params: ignoredParams,
    result: enabled,
  }),
  "tts.setProvider": method("tts.setProvider", {
    scope: "operator.write",
    open: true,
    params: () => open({ provider: z.enum(["openai", "elevenlabs", "edge"]) }),
    refusal: () => "Invalid provider. Use openai, elevenlabs, or edge.",
    result: () => open({ provider: text() }),
  }),
  "tts.convert": method("tts.convert", {
    scope: "operator.write",
    open: true,
    params: () => open({ text: z.string().regex(/\S/), channel: lenient(text()) }),
    refusal: () => "tts.convert requires text",
    result: () => open({ audioPath: text(), provider: text(), outputFormat: text(), voiceCompatible: flag() }),
  }),
  "talk.mode": method("talk.mode", {
    scope: { v3: "operator.write", v4: "operator.talk" },
    params: () => z.strictObject({ enabled: flag(), phase: text().optional() }),
    result: talkMode,
  }),
  "talk.config": method("talk.config", {
    // The key to the voices is a secret of the owner's.
    scope: (params) => (wantsSecrets(params) ? "operator.talk.secrets" : "operator.read"),
    only: 4,
    open: true,
    params: () => open({ includeSecrets: flag().optional() }),
    result: () =>
      open({
        config: open({
          talk: open({
            voiceId: text().optional(),
            voiceAliases: z.record(z.string(), z.string()).optional(),
            modelId: text(),
            /** What the platform usually plays when absent. */
            outputFormat: text().optional(),
            /** A placeholder unless secrets were asked for. */
            apiKey: text().optional(),
            interruptOnSpeech: flag(),
          }),
          session: open({ mainKey: text() }),
        }),
      }),
  }),
  "voicewake.get": method("voicewake.get", {
    scope: "operator.read",
    open: true,
    params: ignoredParams,
    result: triggers,
  }),
  "voicewake.set": method("voicewake.set", {
    scope: "operator.write",
    open: true,
    // What is no text is left out, as empty words are.
    params: () => open({ triggers: z.array(z.unknown()) }),
    refusal: () => "voicewake.set requires triggers: string[]",
    result: triggers,
  }),
};
