import { type Component, truncateToWidth, visibleWidth } from "@earendil-works/pi-tui";
import { printableLine } from "./printable.ts";
import type { Theme } from "./theme.ts";

/** What the footer tells. */
export interface FooterFacts {
  agent: { id: string; name?: string | undefined };
  session: { key: string; label?: string | undefined };
  model?: string | undefined;
  thinking?: string | undefined;
  verbose?: string | undefined;
  reasoning?: string | undefined;
  tokens?: { used?: number | undefined; context?: number | undefined };
  deliver: boolean;
}

/** Most lines the footer may take of a narrow screen. */
const maxLines = 2;

/** The facts in the order they are shown. */
export function footerParts(facts: FooterFacts): string[] {
  const { agent, session, model, thinking, verbose, reasoning, tokens } = facts;
  const named = (id: string, name: string | undefined) => (name && name !== id ? `${id} (${name})` : id);
  return [
    `agent ${named(agent.id, agent.name)}`,
    `session ${named(session.key, session.label)}`,
    model ?? "",
    isOn(thinking) ? `think ${thinking}` : "",
    isOn(verbose) ? `verbose ${verbose}` : "",
    isOn(reasoning) ? (reasoning === "on" ? "reasoning" : `reasoning ${reasoning}`) : "",
    tokensText(tokens),
    facts.deliver ? "deliver" : "",
  ]
    .map(printableLine)
    .filter((part) => part !== "");
}

function isOn(level: string | undefined): boolean {
  return level !== undefined && level !== "" && level !== "off";
}

function tokensText({ used, context }: NonNullable<FooterFacts["tokens"]> = {}): string {
  if (used === undefined && context === undefined) return "";
  const percent = used !== undefined && context ? ` (${Math.round((used / context) * 100)}%)` : "";
  return `tokens ${short(used)}/${short(context)}${percent}`;
}

function short(tokens: number | undefined): string {
  if (tokens === undefined) return "?";
  if (tokens < 1000) return String(tokens);
  return tokens < 1_000_000 ? `${Math.round(tokens / 1000)}k` : `${(tokens / 1_000_000).toFixed(1)}m`;
}

/** Draws the facts, on a second line what does not fit the first. */
export function createFooter(theme: Theme, facts: () => FooterFacts): Component {
  return {
    invalidate() {},
    render(width) {
      const lines: string[] = [];
      for (const part of footerParts(facts())) {
        const last = lines.at(-1);
        const joined = last === undefined ? ` ${part}` : `${last} | ${part}`;
        if (last === undefined || visibleWidth(joined) <= width || lines.length === maxLines)
          lines.splice(-1, 1, joined);
        else lines.push(` ${part}`);
      }
      return lines.map((line) => theme.muted(truncateToWidth(line, width)));
    },
  };
}
