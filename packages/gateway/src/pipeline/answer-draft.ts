import { reasoningMessage } from "@openclaw/agent-runtime";
import type { Logger } from "@openclaw/log";

/** Shows the person who waits what an answer is so far. The answer itself is sent as always. */
export interface AnswerDraft {
  /** The visible text of the answer so far. */
  text(text: string): void;
  /** What the model has thought so far; shown until there is an answer. */
  reasoning(text: string): void;
  /** Nothing more is shown. */
  stop(): void;
}

/** @param show shows a text in place of the one before; after a rejection no more is shown */
export function createAnswerDraft(show: (text: string) => Promise<void>, log: Logger): AnswerDraft {
  let wanted: string | undefined;
  let shown: string | undefined;
  let answering = false;
  let over = false;
  let showing = false;

  /** One text is on its way at a time; what grows meanwhile is shown next, in its newest form. */
  const run = async (): Promise<void> => {
    if (showing) return;
    showing = true;
    try {
      while (!over && wanted !== undefined && wanted !== shown) {
        shown = wanted;
        await show(shown);
      }
    } catch (error) {
      over = true;
      log.debug("the answer is not shown any more while it is written", { error: String(error) });
    } finally {
      showing = false;
    }
  };
  const want = (text: string) => {
    if (over || text.trim() === "") return;
    wanted = text;
    void run();
  };

  return {
    text(text) {
      if (text.trim() !== "") answering = true;
      want(text);
    },
    reasoning(text) {
      if (!answering) want(reasoningMessage(text) ?? "");
    },
    stop() {
      over = true;
    },
  };
}
