import { type CommandHandler, type CommandReply, ConfigRefused, say } from "./command-request.ts";
import { readAssignment, readDottedPath, valueAtPath } from "./path-assignment.ts";

const usage = "⚠️ Usage: /config show|set|unset";

/** `/config`: shows and changes the configuration file. Secrets are masked, comments stay. */
export const configCommand: CommandHandler = async (request, { config, configFile }) => {
  if (config().commands?.config !== true) {
    return say("⚠️ /config is disabled. Set commands.config=true to enable.");
  }
  const { place, sender } = request;
  if (!sender.mayConfigure) return say("❌ /config requires operator.admin for gateway clients.");
  const [action = "show", rest] = split(request.args);
  switch (action.toLowerCase()) {
    case "show":
    case "get": {
      const file = await configFile.read();
      if (!file) return say("⚠️ Config file is invalid; fix it before using /config.");
      return show(rest, file.parsed);
    }
    case "set":
    case "unset":
      break;
    default:
      return say(usage);
  }
  if (!configFile.writesAllowed(place.channel, place.accountId)) {
    const { channel } = place;
    return say(`⚠️ Config writes are disabled for ${channel}. Set channels.${channel}.configWrites=true to enable.`);
  }
  if (!(await configFile.read())) return say("⚠️ Config file is invalid; fix it before using /config.");
  return action.toLowerCase() === "set" ? set(rest) : unset(rest);

  async function set(text: string): Promise<CommandReply> {
    if (text === "") return say("⚠️ Usage: /config set path=value");
    const change = readAssignment(text);
    if ("problem" in change) return say(`⚠️ ${change.problem}`);
    const { path, name, value } = change;
    return refusing(name, async () => {
      await configFile.set(path, value);
      return say(`⚙️ Config updated: ${name}=${JSON.stringify(configFile.redact(path, value))}`);
    });
  }

  async function unset(text: string): Promise<CommandReply> {
    if (text === "") return say("⚠️ Usage: /config unset path");
    const read = readDottedPath(text);
    if ("problem" in read) return say(`⚠️ ${read.problem}`);
    const name = read.path.join(".");
    const file = await configFile.read();
    if (valueAtPath(file?.parsed, read.path) === undefined) return say(`⚙️ No config value found for ${name}.`);
    return refusing(name, async () => {
      await configFile.unset(read.path);
      return say(`⚙️ Config updated: ${name} removed.`);
    });
  }
};

function show(path: string, parsed: unknown): CommandReply {
  if (path === "") return say("⚙️ Config (raw):", ...fenced(parsed ?? {}));
  const read = readDottedPath(path);
  if ("problem" in read) return say(`⚠️ ${read.problem}`);
  const name = read.path.join(".");
  const value = valueAtPath(parsed, read.path);
  return value === undefined ? say(`⚙️ No config value found for ${name}.`) : say(`⚙️ Config ${name}:`, ...fenced(value));
}

const debugUsage = "⚠️ Usage: /debug show|set|unset|reset";

/** `/debug`: values laid over the configuration in memory, until the process ends. */
export const debugCommand: CommandHandler = async (request, { config, configFile }) => {
  if (config().commands?.debug !== true) return say("⚠️ /debug is disabled. Set commands.debug=true to enable.");
  if (!request.sender.mayConfigure) return say("❌ /debug requires operator.admin for gateway clients.");
  const [action = "show", rest] = split(request.args);
  const overrides = configFile.overrides();
  switch (action.toLowerCase()) {
    case "show":
      return Object.keys(overrides).length === 0
        ? say("⚙️ Debug overrides: (none)")
        : say("⚙️ Debug overrides (memory-only):", ...fenced(configFile.redact([], overrides)));
    case "reset":
      await configFile.override({});
      return say("⚙️ Debug overrides cleared; using config on disk.");
    case "set": {
      if (rest === "") return say("⚠️ Usage: /debug set path=value");
      const change = readAssignment(rest);
      if ("problem" in change) return say(`⚠️ ${change.problem}`);
      const { path, name, value } = change;
      return refusing(name, async () => {
        await configFile.override(withValue(overrides, path, value));
        return say(`⚙️ Debug override set: ${name}=${JSON.stringify(configFile.redact(path, value))}`);
      });
    }
    case "unset": {
      if (rest === "") return say("⚠️ Usage: /debug unset path");
      const read = readDottedPath(rest);
      if ("problem" in read) return say(`⚠️ ${read.problem}`);
      const name = read.path.join(".");
      if (valueAtPath(overrides, read.path) === undefined) return say(`⚙️ No debug override found for ${name}.`);
      return refusing(name, async () => {
        await configFile.override(withoutValue(overrides, read.path));
        return say(`⚙️ Debug override removed for ${name}.`);
      });
    }
    default:
      return say(debugUsage);
  }
};

async function refusing(name: string, work: () => Promise<CommandReply>): Promise<CommandReply> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ConfigRefused)) throw error;
    return say(`⚠️ Config invalid after set (${error.path || name}: ${error.message}).`);
  }
}

function split(args: string): [action: string | undefined, rest: string] {
  const match = /^(\S+)\s*([\s\S]*)$/.exec(args.trim());
  return [match?.[1], match?.[2]?.trim() ?? ""];
}

function fenced(value: unknown): string[] {
  return ["```json", JSON.stringify(value, null, 2), "```"];
}

function withValue(root: unknown, path: readonly string[], value: unknown): Record<string, unknown> {
  const [segment = "", ...rest] = path;
  const copy: Record<string, unknown> = isObject(root) ? { ...root } : {};
  copy[segment] = rest.length === 0 ? value : withValue(copy[segment], rest, value);
  return copy;
}

/** Also without the parents that have nothing left in them. */
function withoutValue(root: unknown, path: readonly string[]): Record<string, unknown> {
  const [segment = "", ...rest] = path;
  const copy: Record<string, unknown> = isObject(root) ? { ...root } : {};
  const inner = rest.length === 0 ? {} : withoutValue(copy[segment], rest);
  if (Object.keys(inner).length === 0) delete copy[segment];
  else copy[segment] = inner;
  return copy;
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}
