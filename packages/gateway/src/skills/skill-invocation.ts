import type { SkillCommand } from "@openclaw/skills";

/** A message that runs a skill. */
export interface SkillInvocation {
  command: SkillCommand;
  /** What follows the name, trimmed. */
  input: string;
}

/** Words a skill's name may have when it is written out. */
const longestName = 8;

/** Reads `/name input` and `/skill name input`; undefined for a message that runs no skill. */
export function readSkillInvocation(
  text: string,
  find: (name: string) => SkillCommand | undefined,
): SkillInvocation | undefined {
  const match = /^\/([a-z0-9][a-z0-9_-]*)(?:@[a-z0-9_]+)?(?:\s*:\s*|\s+|$)([\s\S]*)$/i.exec(text.trim());
  if (match === null) return undefined;
  const [, name = "", rest = ""] = match;
  if (name.toLowerCase() !== "skill") {
    const command = find(name);
    return command === undefined ? undefined : { command, input: rest.trim() };
  }
  // A name may be written with blanks: the longest one that there is counts.
  const words = [...rest.matchAll(/\S+/g)].slice(0, longestName);
  for (const last of words.reverse()) {
    const end = last.index + last[0].length;
    const command = find(rest.slice(0, end));
    if (command !== undefined) return { command, input: rest.slice(end).trim() };
  }
  return undefined;
}

/** What the model is told instead of the message. */
export function skillRequest({ command, input }: SkillInvocation): string {
  const { name, filePath } = command.skill;
  const instruction = `Use the skill "${name}" for this request: read ${filePath} first and do as it says.`;
  return input === "" ? instruction : `${instruction}\n\nUser input:\n${input}`;
}
