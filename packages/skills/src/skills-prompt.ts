import type { Skill } from "./skill.ts";

const opening = [
  "",
  "Each skill below is a file with instructions for one kind of task.",
  "When a task matches a description, read the file at its location with the read tool.",
  "Paths inside a skill are relative to the folder of its file.",
  "<available_skills>",
].join("\n");
const closing = "</available_skills>";

/** The block of a system prompt that tells of the skills; empty when the model is told of none. */
export function skillsPrompt(skills: readonly Skill[]): string {
  const shown = skills.filter((skill) => skill.modelInvocable);
  return shown.length === 0 ? "" : [opening, ...shown.map(skillBlock), closing].join("\n");
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
