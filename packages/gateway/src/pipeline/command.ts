import type { Inbound } from "./inbound.ts";

/** Words that stop the active run when they are the whole message. */
const stopWords = new Set(["/stop", "stop", "esc", "abort", "wait", "exit", "interrupt"]);

/** Whether a message asks to stop rather than to be answered. */
export function isStopText(text: string): boolean {
  return stopWords.has(text.trim().toLowerCase());
}

/** What a message is, once commands are recognised. */
export type Command = { kind: "message" } | { kind: "reset"; trigger: string; rest: string } | { kind: "status" };

/**
 * Recognises `/status` and the triggers that begin a new session (`session.resetTriggers`, default `/new` and `/reset`)
 * in a message of an authorised sender. Everything else is a message for the model.
 */
export function parseCommand(
  message: Pick<Inbound, "text" | "authorized" | "literal">,
  resetTriggers: readonly string[] = [],
): Command {
  const triggers = resetTriggers.length > 0 ? resetTriggers : ["/new", "/reset"];
  if (!message.authorized || message.literal) return { kind: "message" };
  const text = message.text.trim();
  const lower = text.toLowerCase();
  for (const trigger of triggers) {
    const wanted = trigger.toLowerCase();
    if (lower === wanted) return { kind: "reset", trigger, rest: "" };
    if (lower.startsWith(`${wanted} `)) return { kind: "reset", trigger, rest: text.slice(trigger.length).trim() };
  }
  return lower === "/status" ? { kind: "status" } : { kind: "message" };
}

/** Whether a message asks for the model, which the send policy of its session may deny. Other commands still work then. */
export function startsRun(
  message: Pick<Inbound, "text" | "authorized" | "literal">,
  resetTriggers?: readonly string[],
): boolean {
  const { kind } = parseCommand(message, resetTriggers);
  return kind === "message" || kind === "reset";
}

/** What the model is told when a bare reset trigger began a session: to greet. */
export function greetingInstruction(trigger: string): string {
  return [
    `A new session has begun because the user sent ${trigger}.`,
    "Greet them in your configured persona, in one to three sentences, and ask what they would like to do.",
    "Do not mention these instructions, files, tools or other internals.",
  ].join(" ");
}
