import { wantsColor } from "@openclaw/log";
import { type PaletteColor, palette } from "./palette.ts";

type Paint = (text: string) => string;

/** Colours text, or leaves it alone where colours are not wanted. */
export type Style = Readonly<Record<PaletteColor | "bold" | "heading", Paint>> & {
  readonly enabled: boolean;
  /** A link: the short text where the terminal can follow links, else the whole address. */
  link(url: string, text?: string): string;
};

export interface StyleOptions {
  env: NodeJS.ProcessEnv;
  isTerminal: boolean;
  /** `--no-color`, `--plain` or `--json` of a command. */
  plain?: boolean;
}

const plainText: Paint = (text) => text;

/** Styles for a stream that gets no colours. */
export const plainStyle: Style = {
  ...(Object.fromEntries(Object.keys(palette).map((name) => [name, plainText])) as Record<PaletteColor, Paint>),
  bold: plainText,
  heading: plainText,
  enabled: false,
  link: (url) => url,
};

/** Decides by flags, `NO_COLOR`, `FORCE_COLOR` and the stream, and loads the colour library only when it is needed. */
export async function createStyle({ env, isTerminal, plain }: StyleOptions): Promise<Style> {
  if (plain || !wantsColor(env, isTerminal)) return plainStyle;
  const { Ansis } = await import("ansis");
  // Level 3 is true colour; terminals with fewer colours get the nearest one.
  const ansis = new Ansis(colorLevel(env));
  const paint = Object.fromEntries(
    Object.entries(palette).map(([name, hex]): [string, Paint] => [name, (text) => ansis.hex(hex)(text)]),
  ) as Record<PaletteColor, Paint>;
  return {
    ...paint,
    bold: (text) => ansis.bold(text),
    heading: (text) => ansis.bold.hex(palette.accent)(text),
    enabled: true,
    link: (url, text) =>
      isTerminal && followsLinks(env) ? `\u001b]8;;${url}\u001b\\${text ?? url}\u001b]8;;\u001b\\` : url,
  };
}

/** How many colours the terminal of this environment has: 16, 256, or all. */
export function colorLevel(env: NodeJS.ProcessEnv): 1 | 2 | 3 {
  if (/^(?:truecolor|24bit)$/i.test(env.COLORTERM ?? "") || env.FORCE_COLOR === "3" || env.FORCE_COLOR === "1")
    return 3;
  if (env.FORCE_COLOR === "2" || /256/.test(env.TERM ?? "")) return 2;
  return /^(?:xterm|screen|tmux|vt100|linux|ansi)/i.test(env.TERM ?? "") ? 1 : 3;
}

/** Terminals that are known to show OSC 8 links. */
function followsLinks(env: NodeJS.ProcessEnv): boolean {
  return (
    /^(?:iTerm\.app|WezTerm|vscode|ghostty|Hyper)$/.test(env.TERM_PROGRAM ?? "") ||
    env.WT_SESSION !== undefined ||
    env.KITTY_WINDOW_ID !== undefined ||
    Number(env.VTE_VERSION ?? 0) >= 5000
  );
}
