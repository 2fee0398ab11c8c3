import { readFileSync } from "node:fs";
import { delimiter, join } from "node:path";
import { knownChannelIds } from "@openclaw/config";
import { expandTilde } from "@openclaw/config/paths";

/** A channel that comes with a plugin, known without the plugin. */
export interface CatalogueChannel {
  id: string;
  label: string;
  docsPath: string;
  description?: string;
  order: number;
  npmSpec?: string;
  localPath?: string;
  preferred: "npm" | "local";
}

/** Those of the catalogue that are installed as plugins, by what people call them. */
const optional: Readonly<Record<string, string>> = {
  mattermost: "Mattermost",
  msteams: "Microsoft Teams",
  matrix: "Matrix",
  bluebubbles: "BlueBubbles",
  feishu: "Feishu",
  line: "LINE",
  "nextcloud-talk": "Nextcloud Talk",
  nostr: "Nostr",
  tlon: "Tlon",
  twitch: "Twitch",
  zalo: "Zalo",
  zalouser: "Zalo Personal",
};
const lastOrder = 999;

/**
 * The channels whose plugins can be installed: those the product knows, and those that catalogue files name, which win.
 * A file that is not there or holds no catalogue names none. In the order of their cards, then of their labels.
 */
export function readChannelCatalogue(places: {
  stateDir: string;
  home: string;
  env: NodeJS.ProcessEnv;
}): CatalogueChannel[] {
  const { stateDir, home, env } = places;
  const named = (env.OPENCLAW_PLUGIN_CATALOG_PATHS ?? env.OPENCLAW_MPM_CATALOG_PATHS ?? "")
    .split(new RegExp(`[;,${delimiter}]`))
    .map((path) => path.trim())
    .filter((path) => path !== "");
  const files =
    named.length > 0
      ? named.map((path) => expandTilde(path, home))
      : [
          join(stateDir, "mpm", "plugins.json"),
          join(stateDir, "mpm", "catalog.json"),
          join(stateDir, "plugins", "catalog.json"),
        ];
  const found = new Map<string, CatalogueChannel>();
  for (const item of files.flatMap(itemsOf)) {
    const channel = channelOf(item, home);
    if (channel !== undefined && !found.has(channel.id)) found.set(channel.id, channel);
  }
  for (const [id, label] of Object.entries(optional)) {
    if (found.has(id) || !knownChannelIds.includes(id)) continue;
    found.set(id, {
      id,
      label,
      docsPath: `/channels/${id}`,
      order: lastOrder,
      npmSpec: `@openclaw/${id}`,
      preferred: "npm",
    });
  }
  return [...found.values()].sort((a, b) => a.order - b.order || a.label.localeCompare(b.label));
}

function itemsOf(file: string): unknown[] {
  let parsed: unknown;
  try {
    parsed = JSON.parse(readFileSync(file, "utf8"));
  } catch {
    return []; // one that is missing, or somebody else's
  }
  if (Array.isArray(parsed)) return parsed;
  if (!isObject(parsed)) return [];
  return [parsed.entries, parsed.packages, parsed.plugins].find((list) => Array.isArray(list)) ?? [];
}

function channelOf(item: unknown, home: string): CatalogueChannel | undefined {
  const openclaw = isObject(item) && isObject(item.openclaw) ? item.openclaw : {};
  return catalogueCard(openclaw, isObject(item) ? text(item.name) : undefined, home);
}

/** The channel that the card of a package describes; undefined when it describes none. */
export function catalogueCard(
  { channel: card, install: given }: { channel?: unknown; install?: unknown },
  packageName: string | undefined,
  home: string,
): CatalogueChannel | undefined {
  if (!isObject(card)) return undefined;
  const id = text(card.id)?.toLowerCase();
  if (id === undefined) return undefined;
  const install = isObject(given) ? given : {};
  const npmSpec = text(install.npmSpec) ?? packageName;
  const localPath = text(install.localPath);
  const description = text(card.blurb);
  const wantsLocal = install.defaultChoice === "local" || npmSpec === undefined;
  return {
    id,
    label: text(card.label) ?? text(card.selectionLabel) ?? id,
    docsPath: text(card.docsPath) ?? `/channels/${id}`,
    order: typeof card.order === "number" ? card.order : lastOrder,
    ...(description === undefined ? {} : { description }),
    ...(npmSpec === undefined ? {} : { npmSpec }),
    ...(localPath === undefined ? {} : { localPath: expandTilde(localPath, home) }),
    preferred: wantsLocal && localPath !== undefined ? "local" : "npm",
  };
}

const text = (value: unknown): string | undefined =>
  typeof value === "string" && value.trim() !== "" ? value.trim() : undefined;
const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);
