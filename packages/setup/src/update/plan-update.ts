import type { Installation } from "./installation.ts";
import { askRegistry, type RegistryAccess } from "./registry.ts";
import type { UpdateChannel } from "./update-checkout.ts";
import { compareVersions } from "./versions.ts";

export interface UpdateRequest {
  /** `--channel`, else `update.channel`. */
  channel: UpdateChannel | undefined;
  /** A dist-tag or a version; only for packages. */
  tag: string | undefined;
}

/** What an update would do. */
export type UpdatePlan =
  /** The package names no source. */
  | { kind: "no-source" }
  /** Nobody knows how the program came here. */
  | { kind: "unknown-install" }
  | { kind: "checkout"; channel: UpdateChannel }
  | { kind: "to-sources" }
  | { kind: "package"; version: string | undefined; downgrade: boolean; foreign: boolean };

/** The channel that counts: what was asked for, what is configured, what the kind of installation suggests. */
export function effectiveChannel(
  installation: Pick<Installation, "kind"> | undefined,
  configured: UpdateChannel | undefined,
): { value: UpdateChannel; source: "config" | "default" } {
  if (configured !== undefined) return { value: configured, source: "config" };
  return { value: installation?.kind === "git" ? "dev" : "stable", source: "default" };
}

/**
 * Finds out what an update would come to. Asks the registry only when the package names one.
 * @throws Error when the registry does not answer
 */
export async function planUpdate(
  installation: Installation | undefined,
  request: UpdateRequest,
  options: RegistryAccess,
): Promise<UpdatePlan> {
  const source = installation?.source;
  if (!installation || !source) return { kind: "no-source" };
  const { value: channel } = effectiveChannel(installation, request.channel);
  if (installation.kind === "git") return { kind: "checkout", channel };
  if (installation.kind === "unknown") return { kind: "unknown-install" };
  if (channel === "dev" && request.tag === undefined) return { kind: "to-sources" };
  const published = await askRegistry(source, options);
  const wanted = request.tag ?? (channel === "beta" ? "beta" : "latest");
  const version =
    published.tags[wanted] ??
    (published.has(wanted) ? wanted : undefined) ??
    (channel === "beta" && !request.tag ? published.tags.latest : undefined);
  return {
    kind: "package",
    version,
    downgrade: version === undefined || compareVersions(version, installation.version) < 0,
    // A registry that has another program under this name must not replace this one by it.
    foreign: version !== undefined && !published.isOurs(version),
  };
}
