import { parseArgs } from "node:util";
import { CliError, UsageError } from "../run/cli-error.ts";
import { type AnyCommand, type FlagSpec, flagUsage } from "../spec/command-spec.ts";

type FlagValue = boolean | string | number | undefined;

/** What was read from a command line. */
export interface ParsedArguments {
  flags: Record<string, FlagValue>;
  args: string[];
}

/**
 * Reads the flags and arguments of a command. The last value of a repeated flag counts,
 * unless it is one that collects them.
 * @throws UsageError, and CliError for values whose flag has an error text of its own
 */
export function parseArguments(command: AnyCommand, argv: readonly string[]): ParsedArguments {
  const specs = command.flags;
  const { tokens } = parseArgs({
    args: [...argv],
    strict: false,
    allowPositionals: true,
    tokens: true,
    options: Object.fromEntries(
      Object.entries(specs).map(([name, flag]) => [
        name,
        {
          type: flag.type === "boolean" ? ("boolean" as const) : ("string" as const),
          ...(flag.char && { short: flag.char }),
        },
      ]),
    ),
  });
  const given = new Map<string, string | true>();
  const args: string[] = [];
  for (const token of tokens) {
    if (token.kind === "positional") args.push(token.value);
    if (token.kind !== "option") continue;
    const flag = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (!flag) throw new UsageError(`unknown option '${token.rawName}'`);
    if (flag.type === "boolean") {
      if (token.value !== undefined) throw new UsageError(`option '--${token.name}' does not take a value`);
      given.set(token.name, true);
    } else {
      if (token.value === undefined) throw new UsageError(`option '${flagUsage(token.name, flag)}' argument missing`);
      const before = flag.multiple ? given.get(token.name) : undefined;
      given.set(
        token.name,
        typeof before === "string" ? `${before}${flag.separator ?? ","}${token.value}` : token.value,
      );
    }
  }
  checkCount(command, args);
  const flags: Record<string, FlagValue> = {};
  for (const [name, flag] of Object.entries(specs)) flags[name] = readValue(name, flag, given.get(name));
  return { flags, args };
}

function checkCount(command: AnyCommand, args: readonly string[]): void {
  const missing = command.args.find((spec, index) => spec.required && args[index] === undefined);
  if (missing) throw new UsageError(`missing required argument '${missing.name}'`);
  const most = command.args.length;
  if (args.length <= most || command.args.at(-1)?.variadic) return;
  const name = command.id.split(" ").at(-1);
  throw new UsageError(
    `too many arguments for '${name}'. Expected ${most} argument${most === 1 ? "" : "s"} but got ${args.length}.`,
  );
}

function readValue(name: string, flag: FlagSpec, text: string | true | undefined): FlagValue {
  if (flag.type === "boolean") return text === true;
  if (text === undefined || text === true) {
    if (flag.required) throw new UsageError(`required option '${flagUsage(name, flag)}' not specified`);
    return flag.default;
  }
  if (flag.unchecked) return text;
  if (flag.type === "integer") return readInteger(name, flag, text);
  if (flag.options && !flag.options.includes(text)) {
    throw new UsageError(
      `option '${flagUsage(name, flag)}' argument '${text}' is invalid. Allowed choices are ${flag.options.join(", ")}.`,
    );
  }
  return text;
}

function readInteger(name: string, flag: FlagSpec, text: string): number {
  const value = /^[+-]?\d+$/.test(text.trim()) ? Number(text) : Number.NaN;
  const min = flag.min ?? 0;
  if (Number.isSafeInteger(value) && value >= min) return value;
  if (flag.refusal) throw new CliError(flag.refusal, { code: "usage" });
  const least = min > Number.MIN_SAFE_INTEGER ? ` of at least ${min}` : "";
  throw new UsageError(
    `option '${flagUsage(name, flag)}' argument '${text}' is invalid. It must be a whole number${least}.`,
  );
}
