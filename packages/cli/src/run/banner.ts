import type { Style } from "../terminal/style.ts";
import { textWidth } from "../terminal/text-width.ts";

const taglines = [
  "your assistant, your machine, your rules",
  "one process, every chat",
  "answers from your own pocket dimension",
  "small claws, long reach",
  "always on, never in the way",
  "it remembers so that you may forget",
] as const;

export interface BannerOptions {
  version: string;
  /** Short hash of the sources, when they are known. */
  commit?: string | undefined;
  env: NodeJS.ProcessEnv;
  columns: number | undefined;
  style: Style;
  /** Between 0 and 1: which tagline. */
  random: () => number;
}

/** The program's name, version and a tagline; undefined where `OPENCLAW_HIDE_BANNER` is set. */
export function banner(options: BannerOptions): string | undefined {
  const { env, style, version, commit } = options;
  if (env.OPENCLAW_HIDE_BANNER?.trim()) return undefined;
  const chosen = Number(env.OPENCLAW_TAGLINE_INDEX ?? Number.NaN);
  const index = Number.isInteger(chosen) && chosen >= 0 ? chosen : Math.floor(options.random() * taglines.length);
  const tagline = taglines[index % taglines.length] ?? taglines[0];
  const title = `🦞 OpenClaw ${version}${commit ? ` (${commit})` : ""}`;
  const oneLine = `${title} — ${tagline}`;
  if (textWidth(oneLine) <= (options.columns || 120)) return `${style.heading(title)} ${style.muted(`— ${tagline}`)}`;
  return `${style.heading(title)}\n   ${style.muted(tagline)}`;
}
