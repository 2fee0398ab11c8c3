import { cutRanges } from "../directives/cut-ranges.ts";
import { codeRanges, insideRange, type Range } from "../reply/code-ranges.ts";
import { type CommandName, type CommandProvider, type CommandSpec, commandTable } from "./command-table.ts";

/** A command of a registry: one of the table, or a channel to which replies can be moved. */
export type RegisteredCommand = { spec: CommandSpec } & (
  | { kind: "builtin"; name: CommandName }
  | { kind: "dock"; channel: string }
);

/** A message that is a command. */
export interface RecognisedCommand {
  command: RegisteredCommand;
  /** What follows the name, trimmed. */
  args: string;
}

/** The commands of one Gateway. */
export interface CommandRegistry {
  /** In the order people see them. */
  list(): readonly CommandSpec[];
  /** The command a whole message is; undefined for a message that is none. */
  recognise(text: string): RecognisedCommand | undefined;
  /** Commands inside a longer message that are answered on the way, and the message without them. */
  takeInline(text: string): { commands: RecognisedCommand[]; text: string } | undefined;
  /** Whether a name or alias is taken, so that no model alias or skill gets it. */
  has(name: string): boolean;
  /** What a platform with a command menu registers: the enabled commands with a native name. */
  native(channel: string, enabled: (spec: CommandSpec) => boolean): NativeCommand[];
}

export interface NativeCommand {
  name: string;
  description: string;
  args: CommandSpec["args"];
}

export interface CommandRegistryOptions {
  /** What this Gateway has; commands that need something else are left out. */
  providers: ReadonlySet<CommandProvider>;
  /** Ids of the channels replies can be moved to. */
  docks?: readonly string[];
  /** Commands of plugins, as they are now. They are listed here and answered elsewhere. */
  further?: () => readonly CommandSpec[];
}

export function createCommandRegistry(options: CommandRegistryOptions): CommandRegistry {
  const commands: RegisteredCommand[] = [];
  for (const [name, spec] of commandTable) {
    if (spec.needs === undefined || options.providers.has(spec.needs)) commands.push({ kind: "builtin", name, spec });
  }
  if (options.providers.has("docks")) {
    for (const channel of options.docks ?? []) commands.push({ kind: "dock", channel, spec: dockSpec(channel) });
  }
  const byName = new Map<string, RegisteredCommand>();
  for (const command of commands) {
    for (const name of [command.spec.name, ...command.spec.aliases]) byName.set(nameKey(name), command);
  }
  const own = commands.map(({ spec }) => spec);
  const specs = () => [...own, ...(options.further?.() ?? [])];
  const bash = commands.find((command) => command.kind === "builtin" && command.name === "bash");

  return {
    list: specs,
    has: (name) => byName.has(nameKey(name)),
    recognise(text) {
      const trimmed = text.trim();
      if (trimmed.startsWith("!") && bash) {
        const args = trimmed.slice(1).trim();
        return args === "" ? undefined : { command: bash, args };
      }
      const match = /^\/([a-z0-9][a-z0-9_-]*)(?:@[a-z0-9_]+)?(?:\s*:\s*|\s+|$)([\s\S]*)$/i.exec(trimmed);
      const command = match && byName.get(nameKey(match[1] ?? ""));
      if (!match || !command) return undefined;
      const args = (match[2] ?? "").trim();
      // A command without arguments that is followed by something is a sentence that begins with its name.
      return args !== "" && command.spec.args.length === 0 ? undefined : { command, args };
    },
    takeInline(text) {
      if (!text.includes("/")) return undefined;
      const code = codeRanges(text);
      const taken: RecognisedCommand[] = [];
      const ranges: Range[] = [];
      for (const match of text.matchAll(/(^|\s)\/([a-z]+)(?:@[a-z0-9_]+)?(?=$|\s)/gi)) {
        const start = match.index + (match[1]?.length ?? 0);
        const command = byName.get(nameKey(match[2] ?? ""));
        if (!command?.spec.inline || insideRange(code, start)) continue;
        taken.push({ command, args: "" });
        ranges.push([start, match.index + match[0].length]);
      }
      const rest = cutRanges(text, ranges);
      return taken.length > 0 && rest.trim() !== "" ? { commands: taken, text: rest } : undefined;
    },
    native: (channel, enabled) =>
      specs().flatMap((spec) => {
        const name = spec.nativeNames?.[channel] ?? spec.nativeName;
        return name === null || !enabled(spec) ? [] : [{ name, description: spec.description, args: spec.args }];
      }),
  };
}

/** Names are equal in any letter case; in names of channels and skills `-` and `_` mean the same. */
function nameKey(name: string): string {
  return name.toLowerCase().replaceAll("_", "-");
}

function dockSpec(channel: string): CommandSpec {
  return {
    name: `dock-${channel}`,
    aliases: [],
    category: "docks",
    description: `Answer on ${channel} from now on`,
    args: [],
    nativeName: `dock_${channel}`,
    kind: "command",
  };
}
