import type { ConfigFile } from "@openclaw/agent-runtime/commands";
import { ConfigRefused } from "@openclaw/agent-runtime/commands";
import {
  ConfigError,
  type ConfigStore,
  mergeOverrides,
  type OpenClawConfig,
  redactConfig,
  redactValue,
} from "@openclaw/config";

/** The configuration as `/config` and `/debug` see it: values of the file, without secrets. */
export function createConfigFile(store: ConfigStore): ConfigFile {
  /** What the command line has laid over the file; `/debug` comes on top and leaves it alone. */
  const base = store.overrides();
  let debug: Readonly<Record<string, unknown>> = {};
  return {
    async read() {
      const snapshot = await store.reload();
      return snapshot.valid ? { parsed: redactConfig(snapshot).parsed } : undefined;
    },
    set: (path, value) => refusing(path, () => store.set(path, value)),
    unset: (path) => refusing(path, () => store.unset(path, { pruneEmptyParents: true })),
    redact(path, value) {
      // A secret is known by where it stands, so the value is looked at in its place.
      const placed = path.reduceRight<unknown>((inner, segment) => ({ [segment]: inner }), value);
      return path.reduce<unknown>((outer, segment) => memberOf(outer, segment), redactValue(placed));
    },
    writesAllowed: (channel, accountId) => configWrites(store.snapshot().config, channel, accountId),
    overrides: () => debug,
    async override(next) {
      const all = { ...base, ...(mergeOverrides(base, next) as Record<string, unknown>) };
      await refusing([], () => store.setOverrides(Object.keys(all).length === 0 ? undefined : all));
      debug = next;
    },
  };
}

/** `configWrites` of a channel, its account first; allowed when nothing is said. */
function configWrites(config: OpenClawConfig, channel: string, accountId: string | undefined): boolean {
  const section = memberOf(config.channels, channel);
  const account = accountId === undefined ? undefined : memberOf(memberOf(section, "accounts"), accountId);
  return (memberOf(account, "configWrites") ?? memberOf(section, "configWrites")) !== false;
}

/** Turns what the store refuses into what a chat is told. */
export async function refusing(path: readonly string[], work: () => Promise<unknown>): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [issue] = error.details?.issues ?? [];
    throw new ConfigRefused(issue?.path ?? path.join("."), issue?.message ?? error.message);
  }
}

/** A member of something that may be an object. */
export function memberOf(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null && Object.hasOwn(value, name)
    ? (value as Record<string, unknown>)[name]
    : undefined;
}
