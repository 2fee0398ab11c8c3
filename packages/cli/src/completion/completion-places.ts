/** A word that may be typed, and what it means. */
export interface CompletionWord {
  word: string;
  summary: string;
}

/** A place on the command line: after these words, these may follow. */
export interface CompletionPlace {
  /** The words before, separated by spaces; empty at the beginning. */
  path: string;
  commands: CompletionWord[];
  flags: (CompletionWord & {
    /** The flag takes the next word. */
    takesValue: boolean;
    /** The only values it takes; empty when any will do. */
    values: readonly string[];
  })[];
}
