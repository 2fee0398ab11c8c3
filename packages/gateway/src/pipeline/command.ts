/** Words that stop the active run when they are the whole message. */
const stopWords = new Set(["/stop", "stop", "esc", "abort", "wait", "exit", "interrupt"]);

/** Whether a message asks to stop rather than to be answered. */
export function isStopText(text: string): boolean {
  return stopWords.has(text.trim().toLowerCase());
}

/** The models of a session that begins. */
interface SessionModels {
  name: string;
  defaultName: string;
}

/** What the model is told when a bare reset trigger began a session: to greet. */
export function greetingInstruction(trigger: string, models: SessionModels | undefined): string {
  const differs = models !== undefined && models.name !== models.defaultName;
  return [
    `A new session has begun because the user sent ${trigger}.`,
    "Greet them in your configured persona, in one to three sentences, and ask what they would like to do.",
    ...(differs
      ? [`Mention that this session uses ${models.name}, while the default model is ${models.defaultName}.`]
      : []),
    "Do not mention these instructions, files, tools or other internals.",
  ].join(" ");
}

/** What a chat is told at once when a bare reset trigger began a session. */
export function newSessionText({ name, defaultName }: SessionModels): string {
  return `✅ New session started · model: ${name}${name === defaultName ? "" : ` (default: ${defaultName})`}`;
}
