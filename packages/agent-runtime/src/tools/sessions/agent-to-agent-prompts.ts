/** The answer that ends a conversation between two agents. */
export const replySkipToken = "REPLY_SKIP";
/** The answer that keeps its result out of the chat. */
export const announceSkipToken = "ANNOUNCE_SKIP";

/** Two sessions that talk, as prompts name them. */
export interface Participants {
  requesterKey: string;
  requesterChannel?: string | undefined;
  targetKey: string;
  targetChannel?: string | undefined;
}

/** For the run that answers the first message. */
export function messagePrompt(who: Participants): string {
  return ["Another session of this assistant sent you this message.", ...participants(who)].join("\n");
}

/** For each further step of the conversation. */
export function replyPrompt(
  who: Participants,
  step: { role: "requester" | "target"; turn: number; max: number },
): string {
  return [
    "You are in a conversation between two sessions of this assistant.",
    `You are the ${step.role === "requester" ? "one who asked (session 1)" : "one who was asked (session 2)"}; the message is the other's last reply.`,
    ...participants(who),
    `Turn ${step.turn} of ${step.max}.`,
    `Answer with exactly ${replySkipToken} when nothing more needs to be said.`,
  ].join("\n");
}

/** For the last step, in which the session that was asked may tell its own chat. */
export function announcePrompt(
  who: Participants,
  said: { message: string; first?: string | undefined; latest?: string | undefined },
): string {
  return [
    "A conversation with another session of this assistant has ended. What you answer now is posted in your own chat.",
    ...participants(who),
    `The request was: ${said.message}`,
    `Your first reply: ${said.first ?? "(none)"}`,
    `The latest reply: ${said.latest ?? "(none)"}`,
    `Answer with what your chat should read, or with exactly ${announceSkipToken} to post nothing.`,
  ].join("\n");
}

function participants({ requesterKey, requesterChannel, targetKey, targetChannel }: Participants): string[] {
  const named = (key: string, channel: string | undefined) =>
    channel === undefined ? `${key}.` : `${key} (channel ${channel}).`;
  return [
    `Session 1, which asked: ${named(requesterKey, requesterChannel)}`,
    `Session 2, which was asked: ${named(targetKey, targetChannel)}`,
  ];
}
