/** Where a command stands in the list of commands. */
export type CommandCategory = "session" | "options" | "status" | "management" | "media" | "tools" | "docks" | "plugins";

export interface CommandArgument {
  name: string;
  description: string;
  /** The values there are; free text when absent. */
  choices?: readonly string[];
  required?: true;
  /** Takes the rest of the message. */
  rest?: true;
}

/** What of a Gateway a command works with. Without it the command does not exist. */
export type CommandProvider =
  | "compaction"
  | "approvals"
  | "subagents"
  | "bash"
  | "allowlist"
  | "restart"
  | "docks"
  | "speech";

/** A part of the configuration that switches a command on. The command is there without it, and says how to get it. */
export type CommandSwitch = "bash" | "config" | "debug" | "restart";

export interface CommandSpec {
  /** Without the slash, lower case. */
  name: string;
  aliases: readonly string[];
  category: CommandCategory;
  description: string;
  args: readonly CommandArgument[];
  /** Name in the command menu of a platform; null for commands that are text alone. */
  nativeName: string | null;
  /** Other native names, by channel. */
  nativeNames?: Readonly<Record<string, string>>;
  /** `directive`: a setting that may also stand inside a message. */
  kind: "command" | "directive" | "reset";
  /** Answered also when it stands inside a longer message. */
  inline?: true;
  /** Answered also where the send policy forbids replies. */
  underDeny?: true;
  /** Not to be done a second time when it was cut off. */
  once?: true;
  /** Chosen from a platform's menu without arguments, it offers the values of its first one; their text follows this. */
  menu?: string;
  needs?: CommandProvider;
  switch?: CommandSwitch;
}

type Row = Omit<CommandSpec, "name" | "aliases" | "args" | "nativeName" | "kind"> &
  Partial<Pick<CommandSpec, "aliases" | "args" | "nativeName" | "kind">>;

const onOff = (description: string, ...choices: string[]): readonly CommandArgument[] => [
  { name: "level", description, choices },
];

const rows = {
  new: {
    category: "session",
    kind: "reset",
    description: "Begin a new session, with another model if one is named",
    args: [{ name: "message", description: "Model and first message of the new session", rest: true }],
  },
  reset: {
    category: "session",
    kind: "reset",
    description: "The same as /new",
    args: [{ name: "message", description: "Model and first message of the new session", rest: true }],
  },
  stop: {
    category: "session",
    description: "Stop what the assistant is doing, and forget what waits behind it",
    underDeny: true,
  },
  compact: {
    category: "session",
    description: "Replace the older part of the conversation by a summary",
    nativeName: null,
    needs: "compaction",
    args: [{ name: "instructions", description: "What the summary must keep", rest: true }],
  },
  usage: {
    category: "options",
    description: "Show tokens under each answer, or what the tokens have cost",
    menu: "",
    args: [{ name: "mode", description: "What to show", choices: ["off", "tokens", "full", "cost"] }],
  },
  think: {
    category: "options",
    kind: "directive",
    aliases: ["thinking", "t"],
    description: "How long the model thinks before it answers",
    menu: "",
    args: onOff("Level", "off", "minimal", "low", "medium", "high", "xhigh"),
  },
  verbose: {
    category: "options",
    kind: "directive",
    aliases: ["v"],
    description: "Show the tools that are used",
    menu: "",
    args: onOff("Level", "on", "full", "off"),
  },
  reasoning: {
    category: "options",
    kind: "directive",
    aliases: ["reason"],
    description: "Show what the model thinks",
    menu: "",
    args: onOff("Level", "on", "off", "stream"),
  },
  elevated: {
    category: "options",
    kind: "directive",
    aliases: ["elev"],
    description: "Let commands run outside the sandbox",
    menu: "",
    args: onOff("Level", "on", "off", "ask", "full"),
  },
  exec: {
    category: "options",
    kind: "directive",
    description: "Where commands run and who approves them",
    menu: "host=",
    args: [
      { name: "host", description: "Where commands run", choices: ["sandbox", "gateway", "node"] },
      { name: "security", description: "Which commands may run", choices: ["deny", "allowlist", "full"] },
      { name: "ask", description: "When to ask", choices: ["off", "on-miss", "always"] },
      { name: "node", description: "Id of the node that runs them" },
    ],
  },
  model: {
    category: "options",
    kind: "directive",
    description: "Show or choose the model",
    args: [{ name: "model", description: "Number, provider/model or alias; status, list or reset" }],
  },
  models: {
    category: "options",
    description: "List providers, or the models of one",
    args: [{ name: "provider", description: "Provider and page", rest: true }],
  },
  queue: {
    category: "options",
    kind: "directive",
    description: "What happens with messages that come in during an answer",
    menu: "",
    args: [
      {
        name: "mode",
        description: "Mode",
        choices: ["steer", "followup", "collect", "steer-backlog", "interrupt", "default"],
      },
      { name: "debounce", description: "Wait for further messages, e.g. debounce:2s" },
      { name: "cap", description: "Longest queue, e.g. cap:10" },
      { name: "drop", description: "What is dropped beyond it", choices: ["old", "new", "summarize"] },
    ],
  },
  help: {
    category: "status",
    description: "The commands used most",
    inline: true,
    underDeny: true,
  },
  commands: {
    category: "status",
    description: "All commands",
    inline: true,
    args: [{ name: "page", description: "Page of the list" }],
  },
  status: {
    category: "status",
    description: "Model, tokens, context and settings of this session",
    inline: true,
    underDeny: true,
  },
  context: {
    category: "status",
    description: "What fills the model's context",
    args: [{ name: "view", description: "How much to show", choices: ["list", "detail", "json", "help"] }],
  },
  whoami: {
    category: "status",
    aliases: ["id"],
    description: "Who you are to the assistant",
    inline: true,
  },
  allowlist: {
    category: "management",
    description: "Show or change who may write to the assistant",
    nativeName: null,
    needs: "allowlist",
    args: [{ name: "action", description: "list, add <entry> or remove <entry>", rest: true }],
  },
  approve: {
    category: "management",
    description: "Answer a question about running a command",
    needs: "approvals",
    once: true,
    args: [
      { name: "id", description: "Id of the question", required: true },
      {
        name: "decision",
        description: "Your answer",
        choices: ["allow-once", "allow-always", "deny"],
        required: true,
      },
    ],
  },
  subagents: {
    category: "management",
    description: "List, stop, read or write to the subagents of this session",
    needs: "subagents",
    once: true,
    args: [
      { name: "action", description: "What to do", choices: ["list", "stop", "log", "info", "send"] },
      { name: "target", description: "Number, run id, session key, last or all" },
      { name: "value", description: "Message or limit", rest: true },
    ],
  },
  config: {
    category: "management",
    description: "Show or change the configuration",
    switch: "config",
    args: [
      { name: "action", description: "What to do", choices: ["show", "get", "set", "unset"] },
      { name: "path", description: "Path, or path=value", rest: true },
    ],
  },
  debug: {
    category: "management",
    description: "Change settings until the next restart, without writing them",
    switch: "debug",
    args: [
      { name: "action", description: "What to do", choices: ["show", "set", "unset", "reset"] },
      { name: "path", description: "Path, or path=value", rest: true },
    ],
  },
  activation: {
    category: "management",
    description: "When the assistant answers in this group",
    menu: "",
    args: [{ name: "mode", description: "When", choices: ["mention", "always"] }],
  },
  send: {
    category: "management",
    description: "Whether the assistant may answer in this session",
    menu: "",
    underDeny: true,
    args: [{ name: "mode", description: "Whether", choices: ["on", "off", "inherit"] }],
  },
  tts: {
    category: "media",
    description: "Speak answers: when, who speaks, and how much",
    menu: "",
    nativeNames: { discord: "voice" },
    needs: "speech",
    args: [
      {
        name: "action",
        description: "What to do",
        choices: [
          "on",
          "off",
          "always",
          "inbound",
          "tagged",
          "status",
          "provider",
          "limit",
          "summary",
          "audio",
          "help",
        ],
      },
      { name: "value", description: "Provider, number, on or off, or the text to speak", rest: true },
    ],
  },
  skill: {
    category: "tools",
    description: "Run a skill by its name",
    args: [
      { name: "name", description: "Name of the skill", required: true },
      { name: "input", description: "What it is given", rest: true },
    ],
  },
  restart: {
    category: "tools",
    description: "Restart the Gateway",
    needs: "restart",
    switch: "restart",
    once: true,
  },
  bash: {
    category: "tools",
    description: "Run a shell command on the machine of the Gateway",
    nativeName: null,
    needs: "bash",
    switch: "bash",
    once: true,
    args: [{ name: "command", description: "Command; poll, stop or help", rest: true }],
  },
} as const satisfies Readonly<Record<string, Row>>;

/** The commands that are part of every Gateway; docks and skills are added to them. */
export type CommandName = keyof typeof rows;

/** Every built-in command, in the order of the lists that people see. */
export const commandTable: ReadonlyMap<CommandName, CommandSpec> = new Map(
  (Object.entries(rows) as [CommandName, Row][]).map(([name, row]) => [
    name,
    {
      ...row,
      name,
      aliases: row.aliases ?? [],
      args: row.args ?? [],
      kind: row.kind ?? "command",
      nativeName: row.nativeName === undefined ? name : row.nativeName,
    },
  ]),
);
