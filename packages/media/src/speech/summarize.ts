import type { ModelRef, Models } from "@openclaw/models";

export interface SummaryRequest {
  text: string;
  /** Characters. */
  targetChars: number;
  signal: AbortSignal;
}

/** Makes a long answer short enough to be spoken. Rejects when that fails. */
export type Summarize = (request: SummaryRequest) => Promise<string>;

/** Asks a model for it: the configured one, else the agent's own. */
export function createSummarize(options: {
  models: Pick<Models, "resolve" | "canonical" | "defaultRef">;
  /** `messages.tts.summaryModel`. */
  model: () => string | undefined;
}): Summarize {
  const { models } = options;
  const chosen = async (): Promise<ModelRef> => {
    const named = options.model()?.trim();
    if (!named) return models.defaultRef();
    const ref = models.canonical(named);
    if (ref === undefined) throw new Error(`messages.tts.summaryModel is no model: ${named}`);
    return ref;
  };
  return async ({ text, targetChars, signal }) => {
    const resolved = await models.resolve(await chosen());
    const { content } = await resolved.languageModel.doGenerate({
      prompt: [
        {
          role: "system",
          content: `You shorten texts that are going to be read aloud. Keep tone, language and what matters most. Answer with the shortened text alone, in about ${targetChars} characters at most, without Markdown.`,
        },
        { role: "user", content: [{ type: "text", text: `<text>\n${text}\n</text>` }] },
      ],
      maxOutputTokens: Math.ceil(targetChars / 2),
      temperature: 0.3,
      providerOptions: resolved.providerOptions("off"),
      abortSignal: signal,
    });
    const whole = content.map((part) => (part.type === "text" ? part.text : "")).join("");
    const summary = (resolved.reasoningTags ? whole.replace(/<think>[\s\S]*?<\/think>/gi, "") : whole).trim();
    if (summary === "") throw new Error("the model gave no summary");
    return summary;
  };
}
