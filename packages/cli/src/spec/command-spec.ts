import type { CommandContext } from "../run/command-context.ts";

/** One flag, as data: parsing, help, the oclif manifest and the reference page all read this. */
export interface FlagSpec {
  readonly type: "boolean" | "string" | "integer";
  readonly summary: string;
  /** One letter for the short form. */
  readonly char?: string;
  /** Name of the value in help, without brackets; default: the flag's name. */
  readonly value?: string;
  /** The only values that are accepted. */
  readonly options?: readonly string[];
  /** Used when the flag is absent. */
  readonly default?: string | number;
  /** Shown in help where the default comes from somewhere else. */
  readonly defaultText?: string;
  readonly required?: boolean;
  /** Smallest integer; default 0. */
  readonly min?: number;
  /** The whole error text for a value that is not accepted. */
  readonly refusal?: string;
  /** The command checks the value itself, in an order of its own: the parser passes the text on. */
  readonly unchecked?: boolean;
  /** May be given several times; the values are joined by commas. Texts only. */
  readonly multiple?: boolean;
  /** What joins the values instead of a comma, for texts that may have commas. */
  readonly separator?: string;
  readonly hidden?: boolean;
}

export interface ArgumentSpec {
  readonly name: string;
  readonly summary: string;
  readonly required: boolean;
  /** Takes all words that are left; only the last argument may. */
  readonly variadic?: boolean;
}

/** The flags of a command by their long names. */
export type FlagSpecs = Readonly<Record<string, FlagSpec>>;

type ValueOf<F extends FlagSpec> = F extends { type: "boolean" }
  ? boolean
  : F extends { type: "integer"; unchecked?: false }
    ? Defaulted<F, number>
    : F extends { options: readonly (infer O extends string)[]; unchecked?: false }
      ? Defaulted<F, O>
      : Defaulted<F, string>;
type Defaulted<F extends FlagSpec, V> = F extends { default: string | number } | { required: true } ? V : V | undefined;

/** The flags and arguments a command gets. Booleans are always there; everything else may be absent. */
export interface CommandInput<F extends FlagSpecs = FlagSpecs> {
  readonly flags: { readonly [K in keyof F]: ValueOf<F[K]> };
  readonly args: readonly string[];
}

/** What a command's module exports. The number is the exit code; nothing means 0. */
export interface CommandModule<F extends FlagSpecs = FlagSpecs> {
  run(input: CommandInput<F>, context: CommandContext): Promise<number | undefined>;
}

/** What a command does about the configuration before it starts. */
export type ConfigNeed =
  /** An invalid file stops it. */
  | "valid"
  /** It runs with an invalid file too, after the problems were printed. */
  | "any"
  /** It reads the file itself or not at all. */
  | "none";

/** One command. */
export interface CommandSpec<F extends FlagSpecs = FlagSpecs> {
  /** Words, separated by spaces: `gateway run`. */
  readonly id: string;
  readonly summary: string;
  readonly description?: string;
  readonly flags: F;
  readonly args: readonly ArgumentSpec[];
  readonly examples?: readonly (readonly [command: string, explanation: string])[];
  /** Page of the manual, a path below the documentation's address. */
  readonly docs?: string;
  readonly hidden?: boolean;
  /** Runs without the oclif framework: a long-lived process must not carry its memory, nor scripts wait for it. */
  readonly light?: boolean;
  readonly config: ConfigNeed;
  /** Prints values for programs: no banner on a terminal. */
  readonly bare?: boolean;
  /** Reads its line by itself and runs: a command that a plugin adds. */
  program?(argv: readonly string[]): Promise<number>;
  /** Loads the code; called when the command runs and never for help. */
  load(): Promise<CommandModule<F>>;
}

/** Words that only lead to other commands. */
export interface GroupSpec {
  readonly id: string;
  readonly summary: string;
  readonly hidden?: boolean;
}

/** Declares a command; the flags' types reach its `run`. */
export function defineCommand<const F extends FlagSpecs>(spec: CommandSpec<F>): CommandSpec<F> {
  return spec;
}

/** A command whose flag types are not known here. */
export type AnyCommand = Omit<CommandSpec, "load"> & { load(): Promise<CommandModule<never>> };

/** How a flag is written in help and errors: `-m, --message <text>`. */
export function flagUsage(name: string, flag: FlagSpec): string {
  const short = flag.char ? `-${flag.char}, ` : "";
  const value = flag.type === "boolean" ? "" : ` <${flag.value ?? (flag.type === "integer" ? "n" : name)}>`;
  return `${short}--${name}${value}`;
}
