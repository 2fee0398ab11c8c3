/** A command the Gateway offers. */
export interface ChatCommand {
  name: string;
  /** Other names, without the slash. */
  aliases: readonly string[];
  description: string;
  acceptsArgs: boolean;
  /** Values of the first argument, when there are some to choose from. */
  choices: readonly string[];
  /** Waits for the end of an answer; others are answered while the assistant writes. */
  waits: boolean;
}

/** One row of the list under the field. */
export interface Completion {
  /** What stands in the row. */
  label: string;
  description: string;
  /** The draft once the row is chosen. */
  text: string;
}

/** More rows than this help nobody to find one. */
const MOST_ROWS = 50;
const startsSession = new Set(["new", "reset"]);

/** Reads the answer of `commands.list`. */
export function readCommands(
  listed: readonly {
    name: string;
    textAliases: readonly string[];
    description: string;
    acceptsArgs: boolean;
    args?: readonly { choices?: readonly { value: string }[] | undefined }[] | undefined;
  }[],
): ChatCommand[] {
  return listed.map(({ name, textAliases, description, acceptsArgs, args }) => ({
    name,
    aliases: textAliases.map((alias) => alias.replace(/^\//, "")).filter((alias) => alias !== name),
    description,
    acceptsArgs,
    choices: args?.[0]?.choices?.map(({ value }) => value) ?? [],
    waits: startsSession.has(name),
  }));
}

/** What can follow a draft: names of commands after `/`, the values of one after its name. */
export function completions(draft: string, commands: readonly ChatCommand[]): Completion[] {
  const match = /^\/([a-z0-9_-]*)(?:( +)(\S*))?$/i.exec(draft);
  if (!match) return [];
  const [, name = "", blank, value = ""] = match;
  if (blank === undefined) return nameCompletions(name.toLowerCase(), commands);
  const command = commandOf(name, commands);
  return (command?.choices ?? [])
    .filter((choice) => choice.startsWith(value.toLowerCase()) && choice !== value.toLowerCase())
    .map((choice) => ({ label: choice, description: "", text: `/${name} ${choice}` }));
}

/** Whether a message is answered by the Gateway itself, at once. */
export function isAnsweredAtOnce(text: string, commands: readonly ChatCommand[]): boolean {
  const match = /^\/([a-z0-9_-]+)(?:@\w+)?(?:\s*:\s*|\s+|$)([\s\S]*)$/i.exec(text.trim());
  const command = match ? commandOf(match[1] ?? "", commands) : undefined;
  if (!command || command.waits) return false;
  const args = match?.[2] ?? "";
  // More than one word after a choice is a sentence with a setting in front of it.
  if (args === "" || command.choices.length === 0) return args === "" || command.acceptsArgs;
  return !/\s\S/.test(args.trim()) || !command.choices.includes(args.trim().split(/\s+/)[0]?.toLowerCase() ?? "");
}

function nameCompletions(typed: string, commands: readonly ChatCommand[]): Completion[] {
  const starting = commands.filter(({ name }) => name.startsWith(typed));
  const aliased = commands.filter(
    (command) => !starting.includes(command) && command.aliases.some((alias) => alias.startsWith(typed)),
  );
  const [first] = starting;
  // A finished name that takes nothing is only in the way of Enter.
  if (starting.length === 1 && first?.name === typed && !first.acceptsArgs) return [];
  return [...starting, ...aliased].slice(0, MOST_ROWS).map(({ name, description, acceptsArgs }) => ({
    label: `/${name}`,
    description,
    text: acceptsArgs ? `/${name} ` : `/${name}`,
  }));
}

function commandOf(name: string, commands: readonly ChatCommand[]): ChatCommand | undefined {
  const lower = name.toLowerCase();
  return commands.find((command) => command.name === lower || command.aliases.includes(lower));
}
