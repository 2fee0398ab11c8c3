import { type CommandHandler, say } from "./command-request.ts";
import { shortCount } from "./short-count.ts";
import { contextText } from "./status-card.ts";

/** `/compact [instructions]`: replaces the older part of the conversation by a summary. */
export const compactCommand: CommandHandler = async (request, services) => {
  const { compaction, session, tellModel } = services;
  if (!compaction || !session.get(request.sessionKey)?.sessionId) {
    return say("⚙️ Compaction unavailable (missing session id).");
  }
  const outcome = await compaction.compact(request.sessionKey, request.args || undefined);
  const { context } = await services.statusFacts(request);
  const what =
    outcome.status === "compacted"
      ? outcome.tokensBefore === undefined || outcome.tokensAfter === undefined
        ? "Compacted"
        : `Compacted (${shortCount(outcome.tokensBefore)} → ${shortCount(outcome.tokensAfter)})`
      : `Compaction ${outcome.status}: ${outcome.reason}`;
  const line = `⚙️ ${what} • Context ${contextText(context)}`;
  await tellModel(request.sessionKey, line);
  return say(line);
};
