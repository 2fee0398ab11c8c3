import { isObject } from "./message-content.ts";

/** How a tool is named to a reader. */
export interface ToolDisplay {
  emoji: string;
  title: string;
  /** What it works on, on one line; empty when the arguments say nothing short. */
  detail: string;
}

const names: Record<string, readonly [emoji: string, title: string]> = {
  exec: ["🛠️", "Exec"],
  process: ["🧰", "Process"],
  read: ["📖", "Read"],
  write: ["✍️", "Write"],
  edit: ["📝", "Edit"],
  apply_patch: ["🩹", "Apply Patch"],
  attach: ["📎", "Attach"],
  browser: ["🌐", "Browser"],
  canvas: ["🖼️", "Canvas"],
  nodes: ["📱", "Nodes"],
  cron: ["⏰", "Cron"],
  whatsapp_login: ["🟢", "WhatsApp Login"],
  gateway: ["🔌", "Gateway"],
  message: ["✉️", "Message"],
  agents_list: ["🧭", "Agents"],
  sessions_list: ["🗂️", "Sessions"],
  sessions_history: ["🧾", "Session History"],
  sessions_send: ["📨", "Session Send"],
  sessions_spawn: ["🧑‍🔧", "Sub-agent"],
  session_status: ["📊", "Session Status"],
  memory_search: ["🧠", "Memory Search"],
  memory_get: ["📓", "Memory Get"],
  web_search: ["🔎", "Web Search"],
  web_fetch: ["📄", "Web Fetch"],
};

/** Keys whose values say what a call is about, the most telling first. */
const detailKeys =
  "command path url targetUrl targetId ref element node nodeId id requestId to channelId guildId userId name query pattern messageId".split(
    " ",
  );

const labels: Record<string, string> = {
  agentId: "agent",
  sessionKey: "session",
  targetUrl: "url",
  runTimeoutSeconds: "timeout",
};

const DETAIL_LIMIT = 160;
const MOST_DETAILS = 8;

/** Names a call. `meta` is the Gateway's own short description, which wins over the arguments. */
export function toolDisplay(name: string, args: unknown, meta?: string): ToolDisplay {
  const [emoji, title] = names[name] ?? ["🧩", titleCase(name)];
  const given = isObject(args) ? args : {};
  const action = typeof given.action === "string" ? given.action.replaceAll("_", " ") : "";
  const detail = meta ? oneLine(meta) : detailOf(name, given);
  return { emoji, title, detail: [action, detail].filter(Boolean).join(" · ") };
}

function detailOf(name: string, args: Record<string, unknown>): string {
  switch (name) {
    case "read":
      return readDetail(args);
    case "write":
    case "edit":
    case "attach":
      return valueText(args.path) || generalDetail(args);
    case "exec":
      return [valueText(args.command), ...flags(args)].filter(Boolean).join(" · ");
    case "process":
      return [valueText(args.sessionId), ...flags(args)].filter(Boolean).join(" · ");
    default:
      return generalDetail(args);
  }
}

function readDetail(args: Record<string, unknown>): string {
  const path = valueText(args.path);
  const { offset, limit } = args;
  return path && typeof offset === "number" && typeof limit === "number" ? `${path}:${offset}-${offset + limit}` : path;
}

function flags(args: Record<string, unknown>): string[] {
  return ["pty", "elevated"].filter((flag) => args[flag] === true);
}

function generalDetail(args: Record<string, unknown>): string {
  const found = detailKeys.flatMap((key) => {
    const text = valueText(args[key]);
    return text ? [{ key, text }] : [];
  });
  const [only, ...others] = found;
  if (!only) return "";
  if (others.length === 0) return only.text;
  return found
    .slice(0, MOST_DETAILS)
    .map(({ key, text }) => `${labels[key] ?? words(key)} ${text}`)
    .join(" · ");
}

/** A value on one line; empty for what says nothing. */
function valueText(value: unknown): string {
  if (typeof value === "string") return oneLine(value);
  if (value === true) return "true";
  if (typeof value === "number" && value !== 0) return String(value);
  if (!Array.isArray(value)) return "";
  const texts = value.map(valueText).filter(Boolean);
  return texts.slice(0, 3).join(", ") + (texts.length > 3 ? "…" : "");
}

function oneLine(text: string): string {
  const line = text.trim().split("\n", 1)[0] ?? "";
  return line.length > DETAIL_LIMIT ? `${line.slice(0, DETAIL_LIMIT - 3)}…` : line;
}

function titleCase(name: string): string {
  return name
    .split(/[_\s-]+/)
    .filter(Boolean)
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join(" ");
}

function words(key: string): string {
  return key.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}
