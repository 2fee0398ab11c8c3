import type { ShellWord } from "../shell/shell-words.ts";

/** The options a program takes before its operands, as far as they are known to be harmless. */
export interface KnownOptions {
  /** Letters without a value. */
  flags?: string;
  /** Letters with a value, in the same word or in the next one. */
  valued?: string;
  /** Letters whose value can only stand in the same word. */
  attached?: string;
  /** Long names without a value. */
  longFlags?: readonly string[];
  /** Long names with a value, after `=` or in the next word. */
  longValued?: readonly string[];
  /** Further words that are options, whole. */
  words?: RegExp;
}

export interface ReadOptions {
  options: { name: string; value: string | undefined }[];
  rest: readonly ShellWord[];
}

/**
 * Reads a program's options up to its first operand or `--`. Undefined when one of them is not known, or when what it
 * is depends on an expansion.
 */
export function readOptions(words: readonly ShellWord[], known: KnownOptions): ReadOptions | undefined {
  const options: ReadOptions["options"] = [];
  let at = 0;
  const nextValue = (): string | undefined => {
    at += 1;
    const word = words[at];
    return word?.literal === true ? word.text : undefined;
  };
  for (; at < words.length; at += 1) {
    const word = words[at];
    if (word === undefined || !word.text.startsWith("-") || word.text === "-") {
      // An expansion can turn out to be an option.
      if (word !== undefined && !word.literal && !word.home) return undefined;
      break;
    }
    if (!word.literal) return undefined;
    if (word.text === "--") {
      at += 1;
      break;
    }
    if (known.words?.test(word.text)) {
      options.push({ name: word.text, value: undefined });
      continue;
    }
    const read = word.text.startsWith("--")
      ? readLong(word.text.slice(2), known, nextValue)
      : readCluster(word.text.slice(1), known, nextValue);
    if (read === undefined) return undefined;
    options.push(...read);
  }
  return { options, rest: words.slice(at) };
}

type Options = ReadOptions["options"];

function readLong(text: string, known: KnownOptions, nextValue: () => string | undefined): Options | undefined {
  const equals = text.indexOf("=");
  const name = equals < 0 ? text : text.slice(0, equals);
  if (equals < 0 && known.longFlags?.includes(name)) return [{ name, value: undefined }];
  if (!known.longValued?.includes(name)) return undefined;
  const value = equals < 0 ? nextValue() : text.slice(equals + 1);
  return value === undefined ? undefined : [{ name, value }];
}

function readCluster(letters: string, known: KnownOptions, nextValue: () => string | undefined): Options | undefined {
  const options: Options = [];
  for (let index = 0; index < letters.length; index += 1) {
    const letter = letters.charAt(index);
    const rest = letters.slice(index + 1);
    if (known.flags?.includes(letter)) {
      options.push({ name: letter, value: undefined });
      continue;
    }
    if (known.attached?.includes(letter)) return [...options, { name: letter, value: rest }];
    if (!known.valued?.includes(letter)) return undefined;
    const value = rest === "" ? nextValue() : rest;
    return value === undefined ? undefined : [...options, { name: letter, value }];
  }
  return options;
}
