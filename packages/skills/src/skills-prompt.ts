import type { Skill } from "./skill.ts";

const opening = [
  "",
  "Each skill below is a file with instructions for one kind of task.",
  "When a task matches a description, read the file at its location with the read tool.",
  "Paths inside a skill are relative to the folder of its file.",
  "<available_skills>",
].join("\n");
const closing = "</available_skills>";

/**
 * The block of a system prompt that tells of the skills; empty when the model is told of none. It begins with the names
 * of the nodes without which some of the skills could not be used.
 */
export function skillsPrompt(skills: readonly Skill[], nodes: readonly string[] = []): string {
  const shown = skills.filter((skill) => skill.modelInvocable);
  if (shown.length === 0) return "";
  const note = `Remote macOS node available (${nodes.join(", ")}). Run macOS-only skills via nodes.run on that node.`;
  return [...(nodes.length > 0 ? [note] : []), opening, ...shown.map(skillBlock), closing].join("\n");
}

/** The part of the block about one skill. */
export function skillBlock({ name, description, filePath }: Skill): string {
  return [
    "  <skill>",
    `    <name>${escaped(name)}</name>`,
    `    <description>${escaped(description)}</description>`,
    `    <location>${escaped(filePath)}</location>`,
    "  </skill>",
  ].join("\n");
}

const entities: Readonly<Record<string, string>> = {
  "&": "&amp;",
  "<": "&lt;",
  ">": "&gt;",
  '"': "&quot;",
  "'": "&apos;",
};

function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? character);
}
