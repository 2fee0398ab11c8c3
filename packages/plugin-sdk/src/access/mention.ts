// Zero-width and direction marks: invisible in a chat, and in the way of every comparison.
const invisible = /[\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u2069\ufeff]/g;

/** A text without invisible characters, in lower case: what mention patterns are compared with. */
export function mentionText(text: string): string {
  return text.replace(invisible, "").toLowerCase();
}

/**
 * Makes patterns of what the configuration lists. Patterns that are no regular expressions are left out; a backspace
 * character, which is what `"\b"` means in JSON, is read as a word boundary.
 */
export function compileMentionPatterns(sources: readonly string[]): RegExp[] {
  return sources.flatMap((source) => {
    try {
      return [new RegExp(source.replaceAll("\b", "\\b"), "iu")];
    } catch {
      try {
        return [new RegExp(source.replaceAll("\b", "\\b"), "i")];
      } catch {
        return [];
      }
    }
  });
}

/** The patterns of an agent that has a name or an emoji: `@name`, the name as a word, the emoji. */
export function identityMentionPatterns(identity: { name?: string | undefined; emoji?: string | undefined }): string[] {
  const words = (identity.name ?? "").trim().split(/\s+/).filter(Boolean).map(escapePattern);
  const emoji = (identity.emoji ?? "").trim();
  return [
    ...(words.length === 0 ? [] : [`\\b@?${words.join("\\s+")}\\b`]),
    ...(emoji === "" ? [] : [escapePattern(emoji)]),
  ];
}

/** Whether one of the patterns occurs in a text. */
export function matchesMention(text: string, patterns: readonly RegExp[]): boolean {
  if (patterns.length === 0) return false;
  const plain = mentionText(text);
  return patterns.some((pattern) => new RegExp(pattern.source, pattern.flags.replace(/[gy]/g, "")).test(plain));
}

/** A text without the mentions in it, as commands are read from it. */
export function stripMentions(text: string, patterns: readonly RegExp[]): string {
  const global = patterns.map((pattern) => new RegExp(pattern.source, `${pattern.flags.replace(/[gy]/g, "")}g`));
  const stripped = [...global, /@[0-9+]{5,}/g].reduce((rest, pattern) => rest.replace(pattern, " "), text);
  return stripped === text ? text : stripped.replace(/[ \t]+/g, " ").trim();
}

function escapePattern(text: string): string {
  return text.replace(/[.*+?^${}()|[\]\\/]/g, "\\$&");
}
