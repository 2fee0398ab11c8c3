import { stripVTControlCharacters } from "node:util";
import { parseMarkdown } from "@openclaw/plugin-sdk/markdown";

/** The text of Markdown without its marks. */
export function stripMarkdown(text: string): string {
  return parseMarkdown(text).text.trim();
}

/** A text without the codes that colour a terminal. */
export function stripAnsi(text: string): string {
  return stripVTControlCharacters(text);
}

interface AckConfig {
  messages?: { ackReaction?: string };
  agents?: { list?: readonly { id: string; identity?: { emoji?: string } }[] };
}

/** The reaction by which a message is acknowledged; empty for none. */
export function resolveAckReaction(config: AckConfig, agentId: string): string {
  const configured = config.messages?.ackReaction;
  if (configured !== undefined) return configured.trim();
  const own = config.agents?.list?.find(({ id }) => id === agentId)?.identity?.emoji?.trim();
  return own || "👀";
}
