import { lstatSync } from "node:fs";
import { resolve } from "node:path";
import type { ShellWord } from "../shell/shell-words.ts";

/** Programs that need no entry while they only work on what they are piped. */
export const defaultSafeBins: readonly string[] = ["jq", "grep", "cut", "sort", "uniq", "head", "tail", "tr", "wc"];

interface Reach {
  /** Letters of options that read or write files or run programs. */
  letters?: string;
  /** Long names of such options; abbreviations of them count too. */
  names?: readonly string[];
  /** An argument that reaches further than its text shows. */
  argument?: (text: string, before: string | undefined) => boolean;
}

const reaches: Readonly<Record<string, Reach>> = {
  jq: {
    letters: "fL",
    names: ["from-file", "rawfile", "slurpfile", "argfile", "library-path", "run-tests"],
    // A filter can read modules.
    argument: (text) => /\b(?:import|include)\b/.test(text),
  },
  grep: {
    letters: "frRd",
    names: ["file", "recursive", "dereference-recursive", "directories", "exclude-from"],
  },
  sort: {
    letters: "oT",
    names: ["output", "temporary-directory", "compress-program", "files0-from", "random-source"],
  },
  uniq: {
    // The second operand is the file it writes; a number is one only when it belongs to an option.
    argument: (text, before) => !text.startsWith("-") && !/^-[fsw]$/.test(before ?? ""),
  },
  tail: { letters: "F", names: ["pid", "retry"] },
  wc: { names: ["files0-from"] },
};

/**
 * Whether the arguments of a safe program keep it to its input: none looks like a path or names an existing file,
 * none is an option that reads or writes files or runs programs, none is left to the shell to expand.
 */
export function staysWithinInput(name: string, args: readonly ShellWord[], cwd: string): boolean {
  const reach = Object.hasOwn(reaches, name) ? reaches[name] : undefined;
  return args.every((word, index) => {
    const { text } = word;
    if (!word.literal || word.expands || word.home) return false;
    if (valuesOf(text).some((value) => looksLikePath(value) || exists(value, cwd))) return false;
    if (reach === undefined) return true;
    return !isReachingOption(text, reach) && !reach.argument?.(text, args[index - 1]?.text);
  });
}

/** What an argument may hold: itself, the value after `=`, and what is attached to a short option. */
function valuesOf(text: string): string[] {
  const values = [text];
  const equals = text.indexOf("=");
  if (text.startsWith("-") && equals >= 0) values.push(text.slice(equals + 1));
  if (/^-[^-]./s.test(text)) values.push(text.slice(2));
  return values;
}

function looksLikePath(text: string): boolean {
  return /^(?:\/|\.{1,2}(?:\/|$)|~|[A-Za-z]:\\)/.test(text);
}

function exists(text: string, cwd: string): boolean {
  if (text === "" || text === "-" || text.includes("\0")) return false;
  try {
    return lstatSync(resolve(cwd, text), { throwIfNoEntry: false }) !== undefined;
  } catch {
    // A name that cannot be looked up (too long, below a file) names nothing.
    return false;
  }
}

function isReachingOption(text: string, { letters = "", names = [] }: Reach): boolean {
  if (text.startsWith("--")) {
    const given = text.slice(2).split("=", 1)[0] ?? "";
    return given !== "" && names.some((name) => name.startsWith(given));
  }
  // A letter inside a value counts as well: which letters take one differs between systems.
  return text.startsWith("-") && [...letters].some((letter) => text.includes(letter));
}
