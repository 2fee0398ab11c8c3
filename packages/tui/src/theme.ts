import type { EditorTheme, MarkdownTheme, SelectListTheme } from "@earendil-works/pi-tui";
import { Ansis } from "ansis";

/** How many colours the terminal has: none, 16, 256, or all. */
export type ColorLevel = 0 | 1 | 2 | 3;

type Paint = (text: string) => string;

/** The colours of the chat, by what they mean, and the looks of the library's components made of them. */
export interface Theme {
  readonly text: Paint;
  readonly accent: Paint;
  readonly muted: Paint;
  readonly error: Paint;
  readonly success: Paint;
  readonly italic: Paint;
  readonly markdown: MarkdownTheme;
  readonly list: SelectListTheme;
  readonly editor: EditorTheme;
}

/** The theme for a terminal; without colours nothing is painted, not even bold. */
export function createTheme(level: ColorLevel): Theme {
  const ansis = new Ansis(level);
  const hex = (color: string): Paint => {
    const paint = ansis.hex(color);
    return (text) => paint(text);
  };
  const text = hex("#E8E3D5");
  const accent = hex("#F6C453");
  const muted = hex("#8B7F77");
  const bold: Paint = (line) => ansis.bold(line);
  const italic: Paint = (line) => ansis.italic(line);
  const list: SelectListTheme = {
    selectedPrefix: accent,
    selectedText: (line) => bold(accent(line)),
    description: muted,
    scrollInfo: muted,
    noMatch: () => muted("  nothing fits"),
  };
  return {
    text,
    accent,
    muted,
    error: hex("#E23D2D"),
    success: hex("#2FBF71"),
    italic,
    list,
    editor: { borderColor: muted, selectList: list },
    markdown: {
      heading: (line) => bold(accent(line)),
      link: accent,
      linkUrl: muted,
      code: accent,
      codeBlock: text,
      codeBlockBorder: muted,
      quote: italic,
      quoteBorder: muted,
      hr: muted,
      listBullet: accent,
      bold,
      italic,
      strikethrough: (line) => ansis.strikethrough(line),
      underline: (line) => ansis.underline(line),
    },
  };
}
