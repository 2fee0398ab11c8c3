const stopWords = new Set(["/stop", "stop", "esc", "abort", "wait", "exit", "interrupt"]);

/** Whether a message, alone, asks to stop what is running. */
export function isStopText(text: string): boolean {
  return stopWords.has(text.trim().toLowerCase());
}
