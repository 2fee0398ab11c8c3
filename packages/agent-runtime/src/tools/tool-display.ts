/** How a tool call is announced to people: `🛠️ Exec: ls -l`. */
export interface ToolDisplay {
  emoji: string;
  title: string;
  detail?: string;
}

const titles: Readonly<Record<string, readonly [emoji: string, title: string]>> = {
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

const detailKeys =
  "command path url targetUrl targetId ref element node nodeId id requestId to channelId guildId userId name query pattern messageId".split(
    " ",
  );
const labels: Readonly<Record<string, string>> = {
  agentId: "agent",
  sessionKey: "session",
  targetUrl: "url",
  runTimeoutSeconds: "timeout",
};
const maxValueChars = 160;
const maxDetails = 8;

export interface DisplayOptions {
  homeDir: string;
  redact?: (text: string) => string;
}

export function displayTool(name: string, args: Record<string, unknown>, options: DisplayOptions): ToolDisplay {
  const [emoji, title] = titles[name] ?? ["🧩", titleCase(name)];
  const raw = detailOf(name, args);
  if (raw === undefined) return { emoji, title };
  const redacted = options.redact?.(raw) ?? raw;
  return { emoji, title, detail: shortenHome(redacted, options.homeDir) };
}

/** The announcement as one line. */
export function formatToolDisplay(display: ToolDisplay): string {
  const head = `${display.emoji} ${display.title}`;
  return display.detail === undefined ? head : `${head}: ${display.detail}`;
}

function detailOf(name: string, args: Record<string, unknown>): string | undefined {
  const path = show(args.path ?? args.file_path);
  switch (name) {
    case "read": {
      const { offset, limit } = args;
      const range = typeof offset === "number" && typeof limit === "number" ? `:${offset}-${offset + limit}` : "";
      return path === undefined ? undefined : `${path}${range}`;
    }
    case "write":
    case "edit":
    case "attach":
      return path;
    case "exec":
      return joined([show(args.command), args.elevated === true ? "elevated" : undefined]);
    case "process":
      return joined([show(args.action), show(args.sessionId)]);
    default: {
      const found = detailKeys.flatMap((key) => {
        const value = show(args[key]);
        return value === undefined ? [] : [{ key, value }];
      });
      const shown = found.slice(0, maxDetails);
      const values =
        shown.length === 1 ? shown.map(({ value }) => value) : shown.map(({ key, value }) => `${label(key)} ${value}`);
      return joined([show(args.action)?.replaceAll("_", " "), ...values]);
    }
  }
}

function joined(parts: (string | undefined)[]): string | undefined {
  const present = parts.filter((part) => part !== undefined);
  return present.length === 0 ? undefined : present.join(" · ");
}

function show(value: unknown): string | undefined {
  if (typeof value === "string") {
    const line = value.trim().split(/\r?\n/)[0]?.trim() ?? "";
    if (line === "") return undefined;
    return line.length > maxValueChars ? `${line.slice(0, maxValueChars - 3)}…` : line;
  }
  if (typeof value === "number") return value === 0 || !Number.isFinite(value) ? undefined : String(value);
  if (typeof value === "boolean") return value ? "true" : undefined;
  if (Array.isArray(value)) {
    const items = value.map(show).filter((item) => item !== undefined);
    if (items.length === 0) return undefined;
    return items.slice(0, 3).join(", ") + (items.length > 3 ? "…" : "");
  }
  return undefined;
}

function label(key: string): string {
  return labels[key] ?? key.replace(/([a-z])([A-Z])/g, "$1 $2").toLowerCase();
}

function titleCase(name: string): string {
  return name
    .split(/[_\-\s]+/)
    .filter((word) => word !== "")
    .map((word) => `${word[0]?.toUpperCase()}${word.slice(1)}`)
    .join(" ");
}

function shortenHome(text: string, homeDir: string): string {
  if (homeDir.length < 2) return text;
  return text.replaceAll(`${homeDir}/`, "~/");
}
