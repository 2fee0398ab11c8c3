/** The colours of every command, by what they mean. */
export const palette = {
  /** Headings, labels, main highlights. */
  accent: "#FF5A2D",
  /** Command names, emphasis. */
  accentBright: "#FF7A3D",
  /** Secondary highlight. */
  accentDim: "#D14A22",
  /** Informational values. */
  info: "#FF8A5B",
  success: "#2FBF71",
  /** Warnings, fallbacks, option names in help. */
  warn: "#FFB020",
  error: "#E23D2D",
  /** Metadata. */
  muted: "#8B7F77",
} as const;

export type PaletteColor = keyof typeof palette;
