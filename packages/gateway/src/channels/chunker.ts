import { type Channel, chunkMarkdown, chunkParagraphs, chunkText } from "@openclaw/plugin-sdk";

type TableMode = "off" | "bullets" | "code";
export type ConvertTables = (markdown: string, mode: TableMode) => string;

const tableModes: readonly unknown[] = ["off", "bullets", "code"] satisfies TableMode[];
const isTableMode = (value: unknown): value is TableMode => tableModes.includes(value);

/** How the texts of an account are cut into messages: as the channel does it, else by what it says of itself. */
export function chunkerOf(
  channel: Channel,
  account: unknown,
  config: Readonly<Record<string, unknown>>,
  convertTables: ConvertTables | undefined,
): (text: string, limit: number) => string[] {
  if (channel.chunk !== undefined) return (text, limit) => channel.chunk?.(text, limit, account) ?? [text];
  const cut = channel.chunking === "plain" ? chunkText : chunkMarkdown;
  const { markdown } = config;
  const wanted =
    typeof markdown === "object" && markdown !== null && "tables" in markdown ? markdown.tables : undefined;
  const tables = isTableMode(wanted) ? wanted : (channel.tables ?? "code");
  return (text, limit) => {
    const shown = convertTables?.(text, tables) ?? text;
    if (config.chunkMode === "newline") return chunkParagraphs(shown, limit, cut);
    return shown.length <= limit ? [shown] : cut(shown, limit);
  };
}
