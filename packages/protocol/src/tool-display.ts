import { detailLabels, fallbackDetailKeys, toolTitles } from "./tool-titles.ts";

/** How a tool call is announced to people: `🛠️ Exec: ls -l`. */
export interface ToolDisplay {
  emoji: string;
  title: string;
  /** What it works on, on one line; absent when the arguments say nothing short. */
  detail?: string;
}

export interface ToolDisplayOptions {
  /** Shown as `~`. */
  homeDir?: string;
  /** Masks secrets. */
  redact?: (text: string) => string;
}

type Arguments = Readonly<Record<string, unknown>>;
/** Makes a line of text fit to be shown. */
type ShowText = (line: string) => string;

const maxValueChars = 160;
const maxDetails = 8;
const maxItems = 3;
const separator = " · ";

/** Names a tool call: its tool, and what its arguments say in short. */
export function displayTool(name: string, args: unknown, options: ToolDisplayOptions = {}): ToolDisplay {
  const { emoji, title } = titleOf(name);
  const given = isObject(args) ? args : {};
  const parts = [actionOf(name, given), detailOf(name, given, textShower(options)), ...flags(name, given)];
  const detail = parts.filter((part) => part !== undefined).join(separator);
  return detail === "" ? { emoji, title } : { emoji, title, detail };
}

/** The announcement as one line. */
export function formatToolDisplay({ emoji, title, detail }: ToolDisplay): string {
  return detail === undefined ? `${emoji} ${title}` : `${emoji} ${title}: ${detail}`;
}

function titleOf(name: string): { emoji: string; title: string } {
  return entryOf(toolTitles, name) ?? { emoji: "🧩", title: titleCase(name) };
}

function actionOf(name: string, args: Arguments): string | undefined {
  const { action } = args;
  if (typeof action !== "string" || action.trim() === "") return undefined;
  const label = entryOf(entryOf(toolTitles, name)?.actions, action)?.label;
  return label ?? cut(firstLine(action).replaceAll("_", " "));
}

function detailOf(name: string, args: Arguments, text: ShowText): string | undefined {
  const path = () => show(args.path ?? args.file_path, text);
  switch (name) {
    case "read":
      return withRange(path(), args);
    case "write":
    case "edit":
    case "attach":
      return path();
    case "exec":
      return show(args.command, text);
    case "process":
      return show(args.sessionId, text);
    default: {
      const known = entryOf(toolTitles, name);
      const action = typeof args.action === "string" ? entryOf(known?.actions, args.action) : undefined;
      const keys = action?.detailKeys ?? known?.detailKeys ?? fallbackDetailKeys;
      return (
        listed(keys, args, text) ?? (keys === fallbackDetailKeys ? undefined : listed(fallbackDetailKeys, args, text))
      );
    }
  }
}

function withRange(path: string | undefined, { offset, limit }: Arguments): string | undefined {
  const ranged = path !== undefined && typeof offset === "number" && typeof limit === "number";
  return ranged ? `${path}:${offset}-${offset + limit}` : path;
}

/** One value alone stands for itself, several carry their names. */
function listed(keys: readonly string[], args: Arguments, text: ShowText): string | undefined {
  const found = keys.flatMap((key) => {
    const value = show(valueAt(args, key), text);
    return value === undefined ? [] : [{ key, value }];
  });
  const [first, ...others] = found;
  if (first === undefined || others.length === 0) return first?.value;
  return found
    .slice(0, maxDetails)
    .map(({ key, value }) => `${labelOf(key)} ${value}`)
    .join(separator);
}

function valueAt(args: Arguments, key: string): unknown {
  return key.split(".").reduce<unknown>((value, part) => (isObject(value) ? entryOf(value, part) : undefined), args);
}

function flags(name: string, args: Arguments): string[] {
  if (name !== "exec" && name !== "process") return [];
  return ["pty", "elevated"].filter((flag) => args[flag] === true);
}

function show(value: unknown, text: ShowText): string | undefined {
  if (typeof value === "string") {
    const line = firstLine(value);
    return line === "" ? undefined : cut(text(line));
  }
  if (typeof value === "number") return value === 0 || !Number.isFinite(value) ? undefined : String(value);
  if (typeof value === "boolean") return value ? "true" : undefined;
  if (!Array.isArray(value)) return undefined;
  const items = value.map((item) => show(item, text)).filter((item) => item !== undefined);
  if (items.length === 0) return undefined;
  return items.slice(0, maxItems).join(", ") + (items.length > maxItems ? "…" : "");
}

/** Whole lines are masked before they are cut: half a secret would no longer be known as one. */
function textShower({ homeDir = "", redact }: ToolDisplayOptions): ShowText {
  const home = homeDir.length < 2 ? undefined : homePattern(homeDir);
  return (line) => {
    const masked = redact === undefined ? line : redact(line);
    return home === undefined ? masked : masked.replace(home, "~");
  };
}

function homePattern(homeDir: string): RegExp {
  const escaped = homeDir.replace(/[/\\]+$/, "").replace(/[.*+?^${}()|[\]\\]/g, "\\$&");
  return new RegExp(`(?<![\\w./\\\\-])${escaped}(?=[/\\\\\\s"':;,)]|$)`, "g");
}

function firstLine(text: string): string {
  return text.trim().split(/\r?\n/, 1)[0]?.trim() ?? "";
}

function cut(line: string): string {
  return line.length > maxValueChars ? `${line.slice(0, maxValueChars - 3).toWellFormed()}…` : line;
}

function labelOf(key: string): string {
  const name = key.slice(key.lastIndexOf(".") + 1);
  return entryOf(detailLabels, name) ?? name.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

function titleCase(name: string): string {
  return name
    .split(/[_\-\s]+/)
    .filter((word) => word !== "")
    .map((word) => `${word.charAt(0).toUpperCase()}${word.slice(1)}`)
    .join(" ");
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === "object" && value !== null && !Array.isArray(value);
}

/** A model may name a tool or an action after something every object has. */
function entryOf<T>(table: Readonly<Record<string, T>> | undefined, key: string): T | undefined {
  return table !== undefined && Object.hasOwn(table, key) ? table[key] : undefined;
}
