/** One word of a command, after the shell has taken the quotes away. */
export interface ShellWord {
  /** What the program gets, as far as it is known: an expansion stands here as it was written. */
  text: string;
  /** Nothing in it is expanded: `text` is what the program gets. */
  literal: boolean;
  /** Holds an unquoted `$`, `*`, `?`, `[` or `{`, so that one word can become several or name files. */
  expands: boolean;
  /** Begins with an unquoted `~/`, which stands for the home folder. */
  home: boolean;
  /** Part of it was quoted, which makes it an ordinary word where an unquoted one would have a meaning. */
  quoted: boolean;
}

/** The words between two operators. */
export type ShellSegment = readonly ShellWord[];

export type ShellCommand = { analysable: true; segments: ShellSegment[] } | { analysable: false; reason: string };

/** A value that stands where only its place is known, for example a file name that `find` puts in. */
export function unknownWord(text: string): ShellWord {
  return { text, literal: false, expands: true, home: false, quoted: false };
}

/** Thrown inside this file alone. */
class NotAnalysable extends Error {}

/**
 * Splits a command for a POSIX-like shell (sh, dash, bash, zsh, ksh) into the simple commands it runs: at `&&`, `||`,
 * `;` and `|`. What is not surely read the same way by all of these shells is not analysable: redirections, groups,
 * substitutions, background jobs, comments, line breaks, control characters, and every expansion that can run a
 * command or calculate (`$(…)`, back-ticks, `${x…}` with an operator, `$[…]`, `$x[…]`, `$'…'`).
 */
export function splitShellCommand(command: string): ShellCommand {
  try {
    return { analysable: true, segments: new Splitter(command).split() };
  } catch (error) {
    if (error instanceof NotAnalysable) return { analysable: false, reason: error.message };
    throw error;
  }
}

/** Characters with a meaning outside quotes that no simple command needs. */
const refused: Readonly<Record<string, string>> = {
  ">": "a redirection",
  "<": "a redirection",
  "(": "a group",
  ")": "a group",
  "`": "a command substitution",
};

class Splitter {
  private readonly source: string;
  private at = 0;
  private segments: ShellSegment[] = [];
  private words: ShellWord[] = [];
  private word: ShellWord | undefined;

  constructor(source: string) {
    this.source = source;
  }

  split(): ShellSegment[] {
    if (this.source.includes("\0")) throw new NotAnalysable("a zero byte");
    while (this.at < this.source.length) this.step();
    this.endWord();
    this.endSegment();
    return this.segments;
  }

  private step(): void {
    const char = this.source.charAt(this.at);
    const next = this.source.charAt(this.at + 1);
    switch (char) {
      case " ":
      case "\t":
        this.endWord();
        this.at += 1;
        return;
      case "'":
        this.singleQuoted();
        return;
      case '"':
        this.doubleQuoted();
        return;
      case "\\":
        this.escaped(next);
        return;
      case "$":
        this.expansion();
        return;
      case ";":
        this.operator(1);
        return;
      case "|":
        if (next === "&") throw new NotAnalysable("a pipe of errors");
        this.operator(next === "|" ? 2 : 1);
        return;
      case "&":
        if (next !== "&") throw new NotAnalysable("a command in the background");
        this.operator(2);
        return;
      case "#":
        // Only at the start of a word it begins a comment, which would hide what a shell does with the rest.
        if (this.word === undefined) throw new NotAnalysable("a comment");
        this.add(char);
        return;
      case "*":
      case "?":
      case "[":
      case "{":
        if (char === "{" && next === "}") {
          // Every shell leaves empty braces as they are; find and xargs use them.
          this.add(char);
          this.add(next);
          return;
        }
        this.open().literal = false;
        this.open().expands = true;
        this.add(char);
        return;
      case "~":
        if (this.word === undefined && next === "/") this.open().home = true;
        // `~name`, and in assignments a home folder in the middle.
        else this.open().literal = false;
        this.add(char);
        return;
      case "=":
        // At the start of a word zsh reads `=name` as the path of a program.
        if (this.word === undefined) this.open().literal = false;
        this.add(char);
        return;
      default: {
        const reason = refused[char];
        if (reason !== undefined) throw new NotAnalysable(reason);
        if (/[\p{Cc}\p{Z}]/u.test(char)) throw new NotAnalysable("a line break or control character");
        this.add(char);
      }
    }
  }

  private singleQuoted(): void {
    const end = this.source.indexOf("'", this.at + 1);
    if (end < 0) throw new NotAnalysable("an open quote");
    const word = this.open();
    word.quoted = true;
    word.text += this.source.slice(this.at + 1, end);
    this.at = end + 1;
  }

  private doubleQuoted(): void {
    const word = this.open();
    word.quoted = true;
    this.at += 1;
    for (;;) {
      const char = this.source.charAt(this.at);
      if (char === "") throw new NotAnalysable("an open quote");
      if (char === '"') {
        this.at += 1;
        return;
      }
      if (char === "`") throw new NotAnalysable("a command substitution");
      if (char === "$") {
        const text = this.variable(true);
        if (text !== "$") word.literal = false;
        word.text += text;
        continue;
      }
      if (char === "\\") {
        const next = this.source.charAt(this.at + 1);
        if (next === "\n") throw new NotAnalysable("a line break or control character");
        if ('$`"\\'.includes(next) && next !== "") {
          word.text += next;
          this.at += 2;
          continue;
        }
      }
      word.text += char;
      this.at += 1;
    }
  }

  private escaped(next: string): void {
    if (next === "" || next === "\n" || next === "\r") throw new NotAnalysable("a line break or control character");
    const word = this.open();
    word.quoted = true;
    // A character outside the basic plane is two code units; both are ordinary.
    word.text += next;
    this.at += 2;
  }

  private expansion(): void {
    const word = this.open();
    const text = this.variable(false);
    word.text += text;
    word.literal = false;
    word.expands = true;
  }

  /** Reads `$name`, `${name}` or a special parameter, or a `$` that stands for itself, and returns it as written. */
  private variable(inQuotes: boolean): string {
    const rest = this.source.slice(this.at);
    const match = /^\$(?:[A-Za-z_][A-Za-z0-9_]*|\{[A-Za-z_][A-Za-z0-9_]*\}|[0-9@*?$!-]|#(?![A-Za-z0-9_{]))/.exec(rest);
    if (match === null) {
      if (/^\$(?:[ \t/.,|;&]|$)/.test(rest) || (inQuotes && rest.startsWith('$"'))) {
        this.at += 1;
        return "$";
      }
      throw new NotAnalysable("an expansion that may run or calculate something");
    }
    // bash and zsh calculate what stands in the brackets, and calculating can run commands.
    if (rest.charAt(match[0].length) === "[") {
      throw new NotAnalysable("an expansion that may run or calculate something");
    }
    this.at += match[0].length;
    return match[0];
  }

  private operator(length: number): void {
    this.endWord();
    this.endSegment();
    this.at += length;
  }

  private endSegment(): void {
    if (this.words.length === 0) throw new NotAnalysable("an empty command");
    this.segments.push(this.words);
    this.words = [];
  }

  private endWord(): void {
    if (this.word === undefined) return;
    this.words.push(this.word);
    this.word = undefined;
  }

  private open(): ShellWord {
    this.word ??= { text: "", literal: true, expands: false, home: false, quoted: false };
    return this.word;
  }

  private add(char: string): void {
    this.open().text += char;
    this.at += 1;
  }
}
