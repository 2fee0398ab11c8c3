import {
  type ExecutablePlace,
  expandHome,
  findExecutable,
  realFile,
  withRealFolder,
} from "./programs/find-executable.ts";
import { matchesPattern } from "./programs/path-pattern.ts";
import { staysWithinInput } from "./programs/safe-bins.ts";
import { isWrapper, programName, wrappedCommands } from "./programs/wrapped-commands.ts";
import { isReservedWord, isShellBuiltin } from "./shell/shell-names.ts";
import { type ShellSegment, type ShellWord, splitShellCommand } from "./shell/shell-words.ts";
import { changesWhatRuns } from "./shell/variables.ts";
import { splitWindowsCommand } from "./shell/windows-words.ts";

/** Scripts inside scripts are followed this deep. */
const maxDepth = 8;

export interface AllowRules {
  /** Patterns of the allowlist that counts for the agent. */
  patterns: readonly string[];
  safeBins: readonly string[];
  /** Names of programs that installed skills bring along; they need no entry. */
  skillBins?: readonly string[];
}

/** One program a command runs. */
export interface ProgramUse {
  /** As it stands in the command. */
  name: string;
  /** The file that is run; undefined when none is found, or when the shell itself acts on the name. */
  path: string | undefined;
  /** It runs another program, which is judged on its own. */
  wrapper: boolean;
  allowedBy: "pattern" | "safe-bin" | "skill" | undefined;
  /** The patterns that name it. */
  patterns: readonly string[];
}

export interface CommandAnalysis {
  /** The command was taken apart completely. */
  analysable: boolean;
  /** Why it was not, for people. */
  reason?: string;
  /** Every program of the command is allowed. */
  satisfied: boolean;
  programs: readonly ProgramUse[];
}

export interface AnalysisOptions extends ExecutablePlace {
  rules: AllowRules;
  /** Name or path of the shell the command is given to; `sh` when absent. */
  shell?: string;
  /** Names of variables that were asked for beside the command. */
  variables?: readonly string[];
}

/**
 * Tells which programs a shell command runs and whether all of them are allowed. Whatever is in doubt is not allowed.
 */
export function analyzeCommand(command: string, options: AnalysisOptions): CommandAnalysis {
  const windows = options.platform === "win32";
  if (!windows && !posixDialects.has(programName(options.shell ?? "sh"))) {
    return { analysable: false, reason: `the shell is ${options.shell}`, satisfied: false, programs: [] };
  }
  const split = windows ? splitWindowsCommand(command) : splitShellCommand(command);
  if (!split.analysable) return { analysable: false, reason: split.reason, satisfied: false, programs: [] };
  return judged(split.segments, options);
}

/** The same for a program that is started without a shell. */
export function analyzeArguments(argv: readonly string[], options: AnalysisOptions): CommandAnalysis {
  const words = argv.map((text) => ({ text, literal: true, expands: false, home: false, quoted: true }));
  return judged([words], options);
}

function judged(segments: readonly ShellSegment[], options: AnalysisOptions): CommandAnalysis {
  const judge = new Judge(options);
  const satisfied = judge.segments(segments, 0);
  const variables = options.variables ?? [];
  return { analysable: true, satisfied: satisfied && !variables.some(changesWhatRuns), programs: judge.programs };
}

const posixDialects = new Set(["sh", "bash", "dash", "zsh", "ksh", "mksh", "ash"]);

class Judge {
  readonly programs: ProgramUse[] = [];
  private readonly options: AnalysisOptions;

  constructor(options: AnalysisOptions) {
    this.options = options;
  }

  /** Whether all are allowed. All are looked at: an approval that counts for ever is given to the whole chain. */
  segments(segments: readonly ShellSegment[], depth: number): boolean {
    return segments.map((words) => this.words(words, { depth, open: false })).every(Boolean);
  }

  private words(words: ShellSegment, at: { depth: number; open: boolean }): boolean {
    const first = words.findIndex((word) => !isAssignment(word));
    const assignments = first < 0 ? words : words.slice(0, first);
    const named = words[first];
    if (named === undefined) return false; // a variable set for what follows
    // A quoted word is no assignment to the shell but the name of a program, should there be one.
    const harmless = assignments.every(
      ({ text, quoted }) =>
        !changesWhatRuns(text.slice(0, text.indexOf("="))) &&
        !(quoted && findExecutable(text, this.options) !== undefined),
    );
    return this.program(named, words.slice(first + 1), at) && harmless;
  }

  private program(named: ShellWord, args: readonly ShellWord[], at: { depth: number; open: boolean }): boolean {
    const { options } = this;
    const text = named.home ? expandHome(named.text, options.env) : named.text;
    const unknown = !named.literal || text === "" || isReservedWord(named) || isShellBuiltin(text, args);
    const path = unknown ? undefined : findExecutable(text, options);
    if (path === undefined) {
      this.note({ name: text, path, wrapper: false, allowedBy: undefined, patterns: [] });
      return false;
    }
    const name = runsAs(text, path);
    const wrapped = at.depth > maxDepth ? ({ kind: "unreadable" } as const) : wrappedCommands(name, args, at.open);
    const patterns = options.rules.patterns.filter((pattern) => matchesPattern(pattern, path, options));
    const wrapper = wrapped.kind !== "program";
    const allowedBy =
      patterns.length > 0 ? "pattern" : wrapper ? undefined : this.withoutEntry(text, path, args, at.open);
    this.note({ name: text, path, wrapper, allowedBy, patterns });
    if (wrapped.kind === "unreadable") return false;
    if (wrapped.kind === "program") return allowedBy !== undefined;
    const inner = wrapped.inner.map((command) => {
      if (command.kind === "words") return this.words(command.words, { depth: at.depth + 1, open: command.open });
      const split = splitShellCommand(command.text);
      return split.analysable && this.segments(split.segments, at.depth + 1);
    });
    return inner.every(Boolean) && allowedBy !== undefined;
  }

  private withoutEntry(text: string, path: string, args: readonly ShellWord[], open: boolean): ProgramUse["allowedBy"] {
    const { rules, platform, cwd } = this.options;
    // A file of the same name elsewhere is not the safe program.
    const name = platform === "win32" ? programName(path) : text.slice(text.lastIndexOf("/") + 1);
    const found = findExecutable(name, this.options);
    if (found === undefined || withRealFolder(found) !== withRealFolder(path)) return undefined;
    if (rules.skillBins?.includes(name)) return "skill";
    // Words that are added later may name files.
    if (open || !rules.safeBins.includes(name)) return undefined;
    return staysWithinInput(name, args, cwd) ? "safe-bin" : undefined;
  }

  private note(program: ProgramUse): void {
    this.programs.push(program);
  }
}

/** The paths that an approval which counts for ever adds: those of all programs but wrappers, each once. */
export function pathsToAllow(analysis: CommandAnalysis): string[] {
  const paths = analysis.programs.flatMap(({ path, wrapper }) => (path === undefined || wrapper ? [] : [path]));
  return [...new Set(paths)];
}

/** A word in the place of an assignment, valid or not: what is no identifier is judged as one that is not harmless. */
function isAssignment({ text }: ShellWord): boolean {
  return text.includes("=");
}

/** The name that decides what a program does: of links to a shell or wrapper, that of the file they lead to. */
function runsAs(text: string, path: string): string {
  const names = [programName(text), programName(path), programName(realFile(path))];
  // Busybox does what the name it is called by says.
  const called = names.slice(0, 2);
  return (
    called.find(isWrapper) ??
    names.find((name) => isWrapper(name) && !/^(?:busybox|toybox)$/.test(name)) ??
    called[0] ??
    ""
  );
}
