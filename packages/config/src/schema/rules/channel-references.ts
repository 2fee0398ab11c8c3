import type { PluginManifest } from "../../manifests.ts";
import { channelAliases, knownChannelIds } from "../channel-catalogue.ts";
import type { ConfigIssue } from "../issue.ts";
import type { OpenClawConfig } from "../parse.ts";

/** Every channel id that may be named: the catalogue and what installed plugins provide. */
export function allChannelIds(manifests: readonly PluginManifest[]): Set<string> {
  return new Set([...knownChannelIds, ...manifests.flatMap((manifest) => manifest.channels ?? [])]);
}

/** Sections of channels nobody provides. */
export function checkChannelSections(config: OpenClawConfig, channelIds: ReadonlySet<string>): ConfigIssue[] {
  return Object.keys(config.channels ?? {})
    .filter((id) => id !== "defaults" && !channelIds.has(id))
    .map((id) => ({ path: `channels.${id}`, message: `unknown channel id: ${id}` }));
}

/** Heartbeats go to the last chat, to nobody, or to a channel that exists. */
export function checkHeartbeatTargets(
  config: OpenClawConfig,
  channelIds: ReadonlySet<string>,
  manifests: readonly PluginManifest[],
): ConfigIssue[] {
  const targets = [
    { path: "agents.defaults", value: config.agents?.defaults?.heartbeat?.target },
    ...(config.agents?.list ?? []).map((agent, index) => ({
      path: `agents.list.${index}`,
      value: agent.heartbeat?.target,
    })),
  ];
  const isKnown = (name: string): boolean =>
    name === "last" ||
    name === "none" ||
    channelIds.has(name) ||
    Object.hasOwn(channelAliases, name) ||
    manifests.some((manifest) => Object.hasOwn(manifest.channelAliases ?? {}, name));
  const issues: ConfigIssue[] = [];
  for (const { path, value } of targets) {
    if (value === undefined) continue;
    const name = value.trim().toLowerCase();
    if (name !== "" && isKnown(name)) continue;
    const message = name === "" ? "heartbeat target must not be empty" : `unknown heartbeat target: ${value.trim()}`;
    issues.push({ path: `${path}.heartbeat.target`, message });
  }
  return issues;
}
