import { recordOf } from "../audit/channel-facts.ts";
import type { RunProgram } from "../services/run-program.ts";
import { readUpdateSource, type UpdateSource } from "./installation.ts";

/** What a registry knows of the program. */
export interface Published {
  tags: Readonly<Record<string, string>>;
  /** Whether a version is a release of this program, and not of another one of the same name. */
  isOurs(version: string): boolean;
  has(version: string): boolean;
}

/** How a registry is reached. */
export interface RegistryAccess {
  fetch: typeof fetch;
  /** Asks npm which registry it uses. */
  run: RunProgram;
  /** Milliseconds. */
  timeoutMs: number;
}

/**
 * Asks the registry of a source.
 * @throws Error when it does not answer, or not as a registry does
 */
export async function askRegistry(source: UpdateSource, options: RegistryAccess): Promise<Published> {
  const url = `${source.registry ?? (await configuredRegistry(source.package, options))}/${source.package.replace("/", "%2f")}`;
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

/** The registry npm takes a package from: that of its scope, else the general one. */
async function configuredRegistry(name: string, { run, timeoutMs }: RegistryAccess): Promise<string> {
  const scope = /^(@[^/]+)\//.exec(name)?.[1];
  for (const key of [...(scope === undefined ? [] : [`${scope}:registry`]), "registry"]) {
    const { code, stdout } = await run(["npm", "config", "get", key], { timeoutMs });
    const value = stdout.trim();
    if (code === 0 && URL.canParse(value)) return value.replace(/\/+$/, "");
  }
  throw new Error("npm did not say which registry it uses; look at: npm config get registry");
}
