import { type CommandButton, type CommandHandler, type CommandServices, say } from "./command-request.ts";
import type { CommandCategory, CommandSpec } from "./command-table.ts";
import { skillSpec } from "./skill-spec.ts";

/** Commands on one page where the platform shows few lines. */
const pageSize = 8;

/** Titles of the categories, in their order. */
export const categoryTitles: Readonly<Record<CommandCategory, string>> = {
  session: "Session",
  options: "Options",
  status: "Status",
  management: "Management",
  media: "Media",
  tools: "Tools",
  docks: "Docks",
  plugins: "Plugins",
};

/** `/help`: the commands people use most. */
export const helpCommand: CommandHandler = (_request, services) => {
  const { registry } = services;
  const has = (name: string) => registry.has(name);
  const on = (name: "config" | "debug") => has(name) && services.config().commands?.[name] === true;
  const session = ["/new", "/reset", has("compact") ? "/compact [instructions]" : undefined, "/stop"];
  const options = [
    "/think <level>",
    "/model <id>",
    "/verbose on|off",
    on("config") ? "/config" : undefined,
    on("debug") ? "/debug" : undefined,
  ];
  const row = (words: readonly (string | undefined)[]) => `  ${words.filter(Boolean).join(" | ")}`;
  return say(
    "ℹ️ Help",
    "",
    "Session",
    row(session),
    "",
    "Options",
    row(options),
    "",
    "Status",
    row(["/status", "/whoami", "/context"]),
    "",
    "Skills",
    "  /skill <name> [input]",
    "",
    "More: /commands for full list",
  );
};

/** `/commands`: all of them; by pages on Telegram, whose messages are short. */
export const commandsCommand: CommandHandler = (request, services) => {
  const skills = services.skills(request.agentId).map((skill) => skillSpec(skill));
  const specs = [...services.registry.list().filter((spec) => isEnabled(spec, services)), ...skills];
  if (request.place.channel !== "telegram") return say(...wholeList(specs));
  const pages = Math.max(1, Math.ceil(specs.length / pageSize));
  const wanted = Number.parseInt(request.args, 10);
  const page = Number.isNaN(wanted) ? 1 : Math.min(pages, Math.max(1, wanted));
  const hasButtons = request.place.buttonsPerRow !== undefined && pages > 1;
  return {
    ...say(
      `ℹ️ Commands (${page}/${pages})`,
      "",
      ...specs.slice((page - 1) * pageSize, page * pageSize).map(commandLine),
      ...(page < pages && !hasButtons ? ["", `More: /commands ${page + 1}`] : []),
    ),
    ...(hasButtons ? { buttons: [pageButtons(page, pages, request.agentId)] } : {}),
    inPlace: true,
  };
};

/** The data of these buttons is part of what Telegram's messages hold: older ones are understood too. */
function pageButtons(page: number, pages: number, agentId: string): CommandButton[] {
  const to = (target: number, text: string) =>
    target < 1 || target > pages ? [] : [{ text, data: `commands_page_${target}:${agentId}` }];
  return [
    ...to(page - 1, "◀ Prev"),
    { text: `${page}/${pages}`, data: "commands_page_noop" },
    ...to(page + 1, "Next ▶"),
  ];
}

/** Whether a command does more than to say how it is switched on. */
export function isEnabled(spec: CommandSpec, { config }: Pick<CommandServices, "config">): boolean {
  return spec.switch === undefined || config().commands?.[spec.switch] === true;
}

function wholeList(specs: readonly CommandSpec[]): string[] {
  const lines = ["ℹ️ Slash commands"];
  for (const [category, title] of Object.entries(categoryTitles)) {
    const own = specs.filter((spec) => spec.category === category);
    if (own.length > 0) lines.push("", title, ...own.map(commandLine));
  }
  return lines;
}

/** `  /name (aliases) [text] - description`. */
function commandLine(spec: CommandSpec): string {
  const aliases = spec.aliases.length > 0 ? ` (${spec.aliases.map((alias) => `/${alias}`).join(", ")})` : "";
  return `  /${spec.name}${aliases}${spec.nativeName === null ? " [text]" : ""} - ${spec.description}`;
}
