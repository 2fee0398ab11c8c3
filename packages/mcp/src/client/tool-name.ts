import { createHash } from "node:crypto";

/** What all providers take as the name of a tool. */
const maxNameChars = 64;

/** The name under which models know a server's tool: `<server>__<tool>`, cut to what providers take. */
export function toolName(serverId: string, name: string): string {
  const plain = `${serverId}__${name}`;
  const clean = plain.replace(/[^A-Za-z0-9_-]/g, "_");
  if (clean === plain && clean.length <= maxNameChars) return clean;
  // Names that look alike once they are cleaned or cut stay apart.
  const mark = createHash("sha256").update(plain).digest("hex").slice(0, 8);
  return `${clean.slice(0, maxNameChars - mark.length - 1)}_${mark}`;
}

/** Whether the configuration of a server lets a tool through. */
export function isToolAllowed(
  name: string,
  rules: { allow?: readonly string[] | undefined; deny?: readonly string[] | undefined } = {},
): boolean {
  const fits = (pattern: string) => patternOf(pattern).test(name);
  if (rules.deny?.some(fits)) return false;
  return rules.allow === undefined || rules.allow.length === 0 || rules.allow.some(fits);
}

function patternOf(pattern: string): RegExp {
  const escaped = pattern.split(/\*+/).map((part) => part.replace(/[.+?^${}()|[\]\\]/g, "\\$&"));
  return new RegExp(`^${escaped.join(".*")}$`, "i");
}
