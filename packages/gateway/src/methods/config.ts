import fs from "node:fs";
import {
  ConfigError,
  type ConfigSnapshot,
  configJsonSchema,
  type PluginManifest,
  redactConfig,
} from "@openclaw/config";
import { doctorHint, type RestartSentinelPayload, writeRestartSentinel } from "../restart-sentinel.ts";
import type { ProtocolVersion } from "../ws/connection.ts";
import { RawJson } from "../ws/raw-json.ts";
import { type HandlersOf, invalidRequest } from "./handler.ts";
import type { MethodContext } from "./method-context.ts";

const defaultRestartDelayMs = 2000;
const longestRestartDelayMs = 60_000;

type ConfigMethod = "config.get" | "config.schema" | "config.set" | "config.patch" | "config.apply";

/** `config.*`: reading and writing the configuration file. */
export function configMethods(gateway: MethodContext): HandlersOf<ConfigMethod> {
  const { configStore, clock } = gateway;

  /** The last answer of `config.get`, good as long as no file it was made of has changed. */
  let answer: { files: string; json: Record<ProtocolVersion, RawJson> } | undefined;

  let schema: { of: readonly PluginManifest[]; json: RawJson } | undefined;

  const write = async (work: () => Promise<ConfigSnapshot>): Promise<ConfigSnapshot> => {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      throw invalidRequest(error.message, error.details ? { details: error.details } : {});
    }
  };

  /** Writes the restart sentinel, which the next start reads, and asks for the restart. */
  const restart = async (
    method: "config.patch" | "config.apply",
    snapshot: ConfigSnapshot,
    params: { sessionKey?: string | undefined; note?: string | undefined; restartDelayMs?: number | undefined },
  ) => {
    const delayMs = Math.min(params.restartDelayMs ?? defaultRestartDelayMs, longestRestartDelayMs);
    const payload: RestartSentinelPayload = {
      kind: "config-apply",
      status: "ok",
      ts: clock.now(),
      ...(params.sessionKey ? { sessionKey: params.sessionKey } : {}),
      message: params.note ?? null,
      doctorHint,
      stats: { mode: method, root: snapshot.path },
    };
    const sentinelPath = await writeRestartSentinel(payload, gateway);
    gateway.requestRestart({ reason: method, delayMs });
    return {
      ok: true as const,
      path: snapshot.path,
      config: redactConfig(snapshot).config,
      restart: { ok: true, pid: process.pid, signal: "SIGUSR1", delayMs, reason: method, mode: "emit" },
      sentinel: { path: sentinelPath, payload },
    };
  };

  return {
    async "config.get"(_params, { session }) {
      const files = fileStamps(configStore.snapshot());
      if (answer?.files !== files) {
        const snapshot = await configStore.reload();
        answer = { files: fileStamps(snapshot), json: shown(snapshot) };
      }
      return answer.json[session.protocol] as never;
    },
    async "config.schema"() {
      // It takes long enough to make that others would wait for it, and changes only with the plugins.
      const manifests = gateway.plugins.manifests();
      if (schema?.of !== manifests) schema = { of: manifests, json: RawJson.of(await configJsonSchema({ manifests })) };
      return schema.json as never;
    },
    async "config.set"(params) {
      const snapshot = await write(() => configStore.write(params));
      return { ok: true as const, path: snapshot.path, config: redactConfig(snapshot).config } as never;
    },
    async "config.patch"(params) {
      return (await restart("config.patch", await write(() => configStore.patch(params)), params)) as never;
    },
    async "config.apply"(params) {
      return (await restart("config.apply", await write(() => configStore.apply(params)), params)) as never;
    },
  };
}

/** A snapshot as clients may see it: secrets masked, for each protocol version. */
function shown(snapshot: ConfigSnapshot): Record<ProtocolVersion, RawJson> {
  const { path: file, exists, valid, hash, issues, warnings, legacyIssues, includedPaths } = snapshot;
  const v3 = {
    path: file,
    exists,
    ...redactConfig(snapshot),
    valid,
    ...(hash === undefined ? {} : { hash }),
    issues,
    warnings,
    legacyIssues,
  };
  return { 3: RawJson.of(v3), 4: RawJson.of({ ...v3, includedPaths }) };
}

/** Name, size and time of the files a snapshot was read from. */
function fileStamps(snapshot: ConfigSnapshot): string {
  return [snapshot.path, ...snapshot.includedPaths]
    .map((file) => {
      const stat = fs.statSync(file, { throwIfNoEntry: false });
      return `${file}|${stat?.size}|${stat?.mtimeMs}|${stat?.ino}`;
    })
    .join("\n");
}
