import { readJsonFile, writeFileAtomic } from "@openclaw/storage";
import { recordOf } from "../audit/channel-facts.ts";
import type { Installation } from "./installation.ts";
import { askRegistry, type RegistryAccess } from "./registry.ts";
import { compareVersions } from "./versions.ts";

/** Asked this often at most, ms. */
const intervalMs = 24 * 60 * 60_000;
const timeoutMs = 5000;

/**
 * Asks once a day whether there is a newer version, and gives the line for the log. Does nothing, and asks nobody, unless
 * the package was installed as one and names a source.
 * @param file `<state>/update-check.json`
 */
export async function checkForUpdate(
  installation: Installation | undefined,
  options: Pick<RegistryAccess, "fetch" | "run"> & {
    channel: "stable" | "beta" | "dev" | undefined;
    file: string;
    now: () => number;
  },
): Promise<string | undefined> {
  const source = installation?.source;
  if (!source || installation.kind !== "package" || options.channel === "dev") return undefined;
  const known = recordOf(await readJsonFile(options.file).catch(() => undefined));
  const last = typeof known.lastCheckedAt === "string" ? Date.parse(known.lastCheckedAt) : Number.NaN;
  if (options.now() - last < intervalMs) return undefined;
  const { tags } = await askRegistry(source, { ...options, timeoutMs });
  const tag = options.channel === "beta" && tags.beta !== undefined ? "beta" : "latest";
  const version = tags[tag];
  const isNewer = version !== undefined && compareVersions(version, installation.version) > 0;
  const next = {
    lastCheckedAt: new Date(options.now()).toISOString(),
    ...(isNewer && { lastNotifiedVersion: version, lastNotifiedTag: tag }),
  };
  await writeFileAtomic(options.file, `${JSON.stringify(next, null, 2)}\n`, { mode: 0o600 });
  return isNewer
    ? `update available (${tag}): v${version} (current v${installation.version}). Run: openclaw update`
    : undefined;
}
