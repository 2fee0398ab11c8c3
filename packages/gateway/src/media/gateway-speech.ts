import { existsSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import type { StatusFacts } from "@openclaw/agent-runtime";
import type { SpeechControl } from "@openclaw/agent-runtime/commands";
import type { OpenClawConfig } from "@openclaw/config";
import type { Logger } from "@openclaw/log";
import type { Sound, Speech, SpokenReply } from "@openclaw/media";
import type { Models } from "@openclaw/models";
import type { Clock } from "@openclaw/storage";

/** Speech as the parts of a Gateway use it. What speaks is loaded when something is to be spoken. */
export interface GatewaySpeech {
  load(): Promise<Speech>;
  /** The sound of an answer, if it is to be spoken. */
  forReply(reply: SpokenReply): Promise<Sound | undefined>;
  /** What the model is told about spoken answers; undefined where they are not spoken. */
  hint(sessionMode: string | undefined): Promise<string | undefined> | undefined;
  /** For the status card; undefined where answers are not spoken. */
  facts(sessionMode: string | undefined): Promise<StatusFacts["voice"]>;
  /** What `/tts` works with. */
  control(): Promise<SpeechControl>;
  close(): void;
}

export interface GatewaySpeechOptions {
  models: Models;
  config(): OpenClawConfig;
  env: NodeJS.ProcessEnv;
  stateDir: string;
  fetch: typeof fetch;
  clock: Clock;
  log: Logger;
  /** True for a sound that still waits to be sent. */
  isWaiting(file: string): boolean;
  /** Where the service of the provider `edge` is; default Microsoft's. */
  edgeUrl: string | undefined;
}

export function createGatewaySpeech(options: GatewaySpeechOptions): GatewaySpeech {
  const { env, models } = options;
  const config = () => options.config().messages?.tts ?? {};
  const stopped = new AbortController();
  let loading: Promise<Speech> | undefined;
  let speech: Speech | undefined;

  const load = (): Promise<Speech> => {
    loading ??= import("@openclaw/media").then(({ createSpeech, createSummarize }) => {
      speech = createSpeech({
        ...options,
        config,
        summarize: createSummarize({ models, model: () => config().summaryModel }),
      });
      return speech;
    });
    return loading;
  };

  /** Nobody has ever said that answers are to be spoken: the usual case, which has to cost nothing. */
  const isQuiet = (sessionMode: string | undefined): boolean => {
    if (sessionMode !== undefined) return sessionMode === "off";
    const { auto, enabled, prefsPath } = config();
    if ((auto !== undefined && auto !== "off") || enabled === true) return false;
    const named = prefsPath?.trim() || env.OPENCLAW_TTS_PREFS?.trim();
    const home = env.HOME ?? os.homedir();
    const file = named ? named.replace(/^~(?=$|\/)/, home) : path.join(options.stateDir, "settings", "tts.json");
    return !existsSync(file);
  };

  return {
    load,
    async forReply(reply) {
      if (isQuiet(reply.sessionMode)) return undefined;
      return (await load()).forReply(reply);
    },
    hint(sessionMode) {
      return isQuiet(sessionMode) ? undefined : load().then((loaded) => hintOf(loaded, sessionMode, config()));
    },
    async facts(sessionMode) {
      if (isQuiet(sessionMode)) return undefined;
      const loaded = await load();
      const mode = loaded.mode(sessionMode);
      if (mode === "off") return undefined;
      const { preferences } = loaded;
      return { mode, provider: loaded.provider(), limit: preferences.maxLength(), summary: preferences.summarize() };
    },
    async control() {
      const loaded = await load();
      const { preferences } = loaded;
      return {
        mode: (sessionMode) => loaded.mode(sessionMode),
        provider: () => loaded.provider(),
        isConfigured: (provider) => loaded.providers().some(({ id, configured }) => id === provider && configured),
        limit: () => preferences.maxLength(),
        summarizes: () => preferences.summarize(),
        lastAttempt: () => loaded.lastAttempt,
        setProvider: (provider) => preferences.set({ provider }),
        setLimit: (maxLength) => preferences.set({ maxLength }),
        setSummarizes: (summarize) => preferences.set({ summarize }),
        speak: (text, channel) => loaded.convert(text, { channel, signal: stopped.signal }),
      };
    },
    close() {
      stopped.abort(new Error("the Gateway stops"));
      speech?.close();
    },
  };
}

function hintOf(
  speech: Speech,
  sessionMode: string | undefined,
  { modelOverrides }: NonNullable<NonNullable<OpenClawConfig["messages"]>["tts"]>,
): string | undefined {
  const mode = speech.mode(sessionMode);
  if (mode === "off") return undefined;
  const when = {
    always: "Your answers are spoken to the user as well as shown.",
    inbound: "Your answers to voice messages are spoken to the user as well as shown.",
    tagged: "An answer that carries a speech directive is spoken to the user as well as shown.",
  }[mode];
  const { preferences } = speech;
  const lines = [
    when,
    `Up to ${preferences.maxLength()} characters are spoken as they are; longer answers are ${preferences.summarize() ? "summarised first" : "cut"}.`,
  ];
  if (modelOverrides?.enabled !== false) {
    lines.push(
      "[[tts:key=value …]] anywhere in an answer sets how it is spoken (provider, voice, voiceId, model, speed, language); [[tts:text]]…[[/tts:text]] holds words that are spoken in place of the answer and not shown. The directives themselves are never shown.",
    );
  } else if (mode === "tagged") lines.push("Put [[tts]] into an answer that is to be spoken; it is not shown.");
  return lines.join("\n");
}
