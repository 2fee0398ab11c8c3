const droppedFront = new Set(["gateway", "channels", "providers"]);
const shownSegments = 2;

/**
 * The short name a subsystem has on the console: `gateway/ws` is `ws`, `gateway/channels/telegram/send` is `telegram`,
 * of anything longer the last two segments remain.
 */
export function subsystemLabel(subsystem: string): string {
  const segments = subsystem.split("/").filter((segment) => segment !== "");
  let first = 0;
  while (first < segments.length && droppedFront.has(segments[first] ?? "")) first++;
  const rest = segments.slice(first);
  if (rest.length === 0) return subsystem;
  if (segments[first - 1] === "channels") return rest[0] ?? subsystem;
  return rest.slice(-shownSegments).join("/");
}

/** `message` without the name of its own subsystem in front (`telegram: connected`, `[telegram] connected`). */
export function withoutOwnName(message: string, subsystem: string): string {
  for (const name of [subsystem, subsystemLabel(subsystem)]) {
    const rest = afterName(message, name);
    if (rest !== undefined && rest !== "") return rest;
  }
  return message;
}

function afterName(message: string, name: string): string | undefined {
  if (name === "") return undefined;
  const start = message.slice(0, name.length + 2).toLowerCase();
  const lower = name.toLowerCase();
  if (start === `[${lower}]`) return message.slice(name.length + 2).trimStart();
  if (start.startsWith(`${lower}:`) || start.startsWith(`${lower} `)) {
    return message.slice(name.length).replace(/^ ?:?\s*/, "");
  }
  return undefined;
}
