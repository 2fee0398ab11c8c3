/** Why setting up did not come about, in lines for the person; nothing was written unless the text says so. */
export class SetupError extends Error {
  override readonly name = "SetupError";
  readonly code: string;
  readonly lines: readonly string[];

  constructor(lines: string | readonly string[], options: { code?: string; cause?: unknown } = {}) {
    const all = typeof lines === "string" ? [lines] : lines;
    super(all.join("\n"), options.cause === undefined ? undefined : { cause: options.cause });
    this.code = options.code ?? "setup";
    this.lines = all;
  }
}

/** The configuration has to be repaired first. */
export function invalidConfigText(next: string): string {
  return `Config invalid. Run \`openclaw doctor\` to repair it, then re-run ${next}.`;
}
