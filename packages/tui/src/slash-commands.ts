/** A slash command of the chat itself; everything else goes to the Gateway. */
export interface SlashCommandSpec {
  readonly name: string;
  readonly description: string;
  /** What may stand behind it: `on|off`. */
  readonly argument?: string;
  /** The field of the session it sets. */
  readonly sets?:
    | "thinkingLevel"
    | "verboseLevel"
    | "reasoningLevel"
    | "responseUsage"
    | "elevatedLevel"
    | "groupActivation";
}

export const slashCommands: readonly SlashCommandSpec[] = [
  { name: "help", description: "list these commands" },
  { name: "status", description: "status of the gateway" },
  { name: "agent", description: "switch to an agent, or choose one", argument: "id" },
  { name: "agents", description: "choose an agent" },
  { name: "session", description: "switch to a session, or choose one", argument: "key" },
  { name: "sessions", description: "choose a session" },
  { name: "model", description: "set the session's model, or choose one", argument: "provider/model" },
  { name: "models", description: "choose a model" },
  {
    name: "think",
    description: "thinking level",
    argument: "off|minimal|low|medium|high|xhigh",
    sets: "thinkingLevel",
  },
  { name: "verbose", description: "show tool calls", argument: "on|full|off", sets: "verboseLevel" },
  { name: "reasoning", description: "show reasoning", argument: "on|off|stream", sets: "reasoningLevel" },
  { name: "usage", description: "usage line under answers", argument: "off|tokens|full", sets: "responseUsage" },
  { name: "elevated", description: "commands outside the sandbox", argument: "on|off|ask|full", sets: "elevatedLevel" },
  { name: "elev", description: "same as /elevated", argument: "on|off|ask|full", sets: "elevatedLevel" },
  { name: "activation", description: "when groups are answered", argument: "mention|always", sets: "groupActivation" },
  { name: "deliver", description: "send answers to the session's channel too", argument: "on|off" },
  { name: "new", description: "begin the session anew" },
  { name: "reset", description: "same as /new" },
  { name: "abort", description: "stop the active run" },
  { name: "settings", description: "tool output, thinking, deliver" },
  { name: "exit", description: "leave" },
  { name: "quit", description: "same as /exit" },
];

/** The lines of `/help`. */
export function helpLines(): string[] {
  return [
    "Slash commands:",
    ...slashCommands.map(
      ({ name, argument, description }) => `/${name}${argument ? ` <${argument}>` : ""}: ${description}`,
    ),
    "/commands: the gateway's own commands; they are sent on",
    "!command: run in a local shell, after asking once",
    "Keys: enter sends, alt+enter new line, esc aborts, ctrl+c twice leaves, ctrl+l models, ctrl+g agents,",
    "ctrl+p sessions, ctrl+o tool output, ctrl+t thinking, up/down history, tab completes",
  ];
}
