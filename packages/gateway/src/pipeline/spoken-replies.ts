import type { ReplyPayload, RunResult } from "@openclaw/agent-runtime";
import type { Sound, SpokenReply } from "@openclaw/media";

/** The sound of an answer; undefined when it is not to be spoken, or cannot be. */
export type SpeakReply = (reply: SpokenReply) => Promise<Sound | undefined>;

export interface SpokenRepliesOptions {
  speak: SpeakReply;
  channel: string;
  sessionMode(): string | undefined;
  /** The message was spoken. */
  afterVoice: boolean;
  signal: AbortSignal;
}

/** Adds sound to the replies of a run. */
export function createSpokenReplies(options: SpokenRepliesOptions) {
  const speak = async (
    payload: Pick<ReplyPayload, "text" | "answer" | "speech" | "mediaUrls">,
    isFinal: boolean,
  ): Promise<Partial<ReplyPayload>> => {
    const { channel, afterVoice, signal } = options;
    const sound = await options.speak({
      text: payload.answer ?? payload.text ?? "",
      tags: payload.speech,
      channel,
      sessionMode: options.sessionMode(),
      afterVoice,
      isFinal,
      hasMedia: (payload.mediaUrls?.length ?? 0) > 0,
      signal,
    });
    if (sound === undefined) return {};
    return { mediaUrls: [sound.path], ...(sound.voiceCompatible ? { audioAsVoice: true as const } : {}) };
  };

  return {
    /**
     * What is left to send, with sound: each answer that is spoken has its own. An answer that went out in blocks has one
     * at the end, of all it said.
     */
    async withSound(payloads: readonly ReplyPayload[], result: RunResult): Promise<ReplyPayload[]> {
      if (result.status !== "ok") return [...payloads];
      const answers = result.payloads.filter(({ isReasoning, isError }) => !isReasoning && !isError);
      const blocks = answers.filter(({ asBlocks }) => asBlocks);
      if (blocks.length > 0) {
        const sound = await speak(together(blocks), true);
        return sound.mediaUrls === undefined ? [...payloads] : [...payloads, sound];
      }
      const last = answers.findLast(({ text, speech }) => text !== undefined || speech !== undefined);
      const spoken: ReplyPayload[] = [];
      for (const payload of payloads) {
        if (!answers.includes(payload)) spoken.push(payload);
        else spoken.push(shown({ ...payload, ...(await speak(payload, payload === last)) }));
      }
      return spoken;
    },
  };
}

/** What was only to be spoken, and is not, is shown. */
function shown(payload: ReplyPayload): ReplyPayload {
  const isEmpty = payload.text === undefined && !payload.mediaUrls?.length;
  return isEmpty && payload.speech?.text ? { ...payload, text: payload.speech.text } : payload;
}

/** Blocks as the one answer they are. */
function together(blocks: readonly ReplyPayload[]): Pick<ReplyPayload, "text" | "speech" | "mediaUrls"> {
  const tags = blocks.flatMap(({ speech }) => speech ?? []);
  const spoken = tags.flatMap(({ text }) => text ?? []);
  return {
    text: blocks.flatMap(({ text, answer }) => answer ?? text ?? []).join("\n\n"),
    mediaUrls: blocks.flatMap(({ mediaUrls }) => mediaUrls ?? []),
    ...(tags.length === 0
      ? {}
      : {
          speech: {
            directives: tags.flatMap(({ directives }) => directives),
            ...(spoken.length === 0 ? {} : { text: spoken.join("\n") }),
          },
        }),
  };
}
