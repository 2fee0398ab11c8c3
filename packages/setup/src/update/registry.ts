import { recordOf } from "../audit/channel-facts.ts";
import { readUpdateSource, type UpdateSource } from "./installation.ts";

/** What a registry knows of the program. */
export interface Published {
  tags: Readonly<Record<string, string>>;
  /** Whether a version is a release of this program, and not of another one of the same name. */
  isOurs(version: string): boolean;
  has(version: string): boolean;
}

/**
 * Asks the registry of a source.
 * @param timeoutMs milliseconds
 * @throws Error when it does not answer, or not as a registry does
 */
export async function askRegistry(
  source: UpdateSource,
  options: { fetch: typeof fetch; timeoutMs: number },
): Promise<Published> {
  const url = `${source.registry}/${source.package.replace("/", "%2f")}`;
  const response = await options.fetch(url, {
    headers: { accept: "application/json" },
    signal: AbortSignal.timeout(options.timeoutMs),
  });
  if (!response.ok) throw new Error(`${url} answered ${response.status}`);
  const body = recordOf(await response.json());
  const versions = recordOf(body.versions);
  const tags = Object.entries(recordOf(body["dist-tags"])).filter(
    (entry): entry is [string, string] => typeof entry[1] === "string",
  );
  return {
    tags: Object.fromEntries(tags),
    has: (version) => Object.hasOwn(versions, version),
    isOurs: (version) => readUpdateSource(versions[version])?.package === source.package,
  };
}
