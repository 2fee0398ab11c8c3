import { readdirSync, readFileSync } from "node:fs";
import path from "node:path";
import { defaultAgentId } from "@openclaw/agent-runtime";
import type { OpenClawConfig } from "@openclaw/config";
import { type Paths, readVariable } from "@openclaw/config/paths";
import { type ConfiguredChannel, configuredChannels } from "./channel-facts.ts";
import type { FileAccess } from "./file-access.ts";

/** What the live probe of a Gateway came to. */
export interface GatewayProbeResult {
  attempted: boolean;
  url: string | null;
  ok: boolean;
  error: string | null;
  close?: { code: number; reason: string };
}

/** A skill that does not come with the program. */
export interface AuditedSkill {
  name: string;
  dir: string;
}

/** What the caller knows; everything outside the audit comes in here. */
export interface AuditInput {
  config: OpenClawConfig;
  /** The configuration file as parsed, with references to variables as they are written. */
  parsed: unknown;
  includedPaths: readonly string[];
  env: NodeJS.ProcessEnv;
  paths: Paths;
  files: FileAccess;
  now: () => number;
  /** What channels say about their own settings, by channel id. */
  channelWarnings?: Readonly<Record<string, readonly string[]>>;
  /** For `--deep`. */
  deep?: {
    probe(timeoutMs: number): Promise<GatewayProbeResult>;
    skills: readonly AuditedSkill[];
  };
}

/** The input with what every other check asks for, worked out once. */
export interface AuditFacts extends AuditInput {
  /** This machine serves the Gateway. */
  local: boolean;
  bind: string;
  token: string | undefined;
  password: string | undefined;
  channels: readonly ConfiguredChannel[];
  /** Ids of agents that have a directory or stand in the configuration. */
  agentIds: readonly string[];
  probe: GatewayProbeResult | undefined;
}

/** Works out the facts. Reads directory names and the pairing stores, and changes nothing. */
export function auditFacts(input: AuditInput, probe: GatewayProbeResult | undefined): AuditFacts {
  const { config, env, paths } = input;
  const gateway = config.gateway ?? {};
  const listed = (config.agents?.list ?? []).map(({ id }) => id.trim().toLowerCase());
  return {
    ...input,
    probe,
    local: gateway.mode !== "remote",
    bind: gateway.bind ?? "loopback",
    token: gateway.auth?.token || readVariable(env, "OPENCLAW_GATEWAY_TOKEN"),
    password: gateway.auth?.password || readVariable(env, "OPENCLAW_GATEWAY_PASSWORD"),
    channels: configuredChannels(config, (channel) => pairedSenders(paths.credentialsDir, channel)),
    agentIds: [...new Set([defaultAgentId(config), ...listed, ...directoryNames(paths.agentsDir)])],
  };
}

/** Names of the entries of a directory; none when it is not there or may not be read. */
export function directoryNames(dir: string): string[] {
  try {
    return readdirSync(dir, { withFileTypes: true })
      .filter((entry) => entry.isDirectory())
      .map(({ name }) => name)
      .sort();
  } catch {
    return []; // the modes of what cannot be listed are reported by the checks of files
  }
}

/** Senders who were let in by pairing. */
export function pairedSenders(credentialsDir: string, channel: string): string[] {
  let content: unknown;
  try {
    content = JSON.parse(readFileSync(path.join(credentialsDir, `${channel}-allowFrom.json`), "utf8"));
  } catch {
    return []; // no store, or one the Gateway does not read either
  }
  const list = typeof content === "object" && content !== null && "allowFrom" in content ? content.allowFrom : [];
  return Array.isArray(list) ? list.filter((entry) => typeof entry === "string" && entry.trim() !== "") : [];
}
