import type { PluginHttpRoute, PluginLogger } from "@openclaw/plugin-sdk";
import * as sdk from "@openclaw/plugin-sdk";
import * as setupQuestions from "@openclaw/plugin-sdk/setup";
import { normalizeRoutePath } from "../api/register-http.ts";
import type { AddedHooks } from "../hooks/folder-hooks.ts";
import { unsupported } from "../host/unsupported-call.ts";
import * as sections from "./account-sections.ts";
import * as bluebubbles from "./bluebubbles.ts";
import * as channels from "./channel-helpers.ts";
import * as files from "./file-types.ts";
import type { ChannelServices } from "./foreign/channel-services.ts";
import { createMediaHelpers } from "./foreign/media-helpers.ts";
import * as groups from "./group-access.ts";
import * as history from "./group-history.ts";
import * as locations from "./locations.ts";
import * as schemas from "./schemas.ts";
import * as sectionSchemas from "./section-schemas.ts";
import { channelSessionRoute, defineSetupPluginEntry } from "./setup-entry.ts";
import * as prompts from "./setup-prompts.ts";
import * as texts from "./texts.ts";
import * as params from "./tool-params.ts";

/** What one Gateway does for the module-level functions of the SDK. What is absent says so when it is called. */
export interface SdkServices {
  /** Adds a route while the Gateway runs and returns how to take it away. */
  addRoute?(pluginId: string, route: PluginHttpRoute): (() => void) | undefined;
  diagnostics?: DiagnosticEvents;
  /** Files and routes, where there is a Gateway. */
  channels?: Pick<ChannelServices, "media" | "route">;
  /** Hears every line of the log until it is told to stop. */
  tapLog?(listener: (line: Record<string, unknown>) => void): () => void;
  /** Adds the hooks of a folder to those of a plugin. */
  addHooks?(pluginId: string, dir: string): Promise<AddedHooks>;
  devices?: {
    approve(requestId: string): unknown;
    reject(requestId: string): unknown;
    list(): unknown;
  };
}

/** Events plugins tell each other about the Gateway's work, within one Gateway. */
export interface DiagnosticEvents {
  emit(event: object): void;
  on(listener: (event: object) => void): () => void;
}

export function createDiagnosticEvents(now: () => number, onFailure: (error: unknown) => void): DiagnosticEvents {
  const listeners = new Set<(event: object) => void>();
  let seq = 0;
  return {
    emit(event) {
      seq += 1;
      for (const listener of listeners) {
        try {
          listener({ ...event, seq, ts: now() });
        } catch (error) {
          onFailure(error);
        }
      }
    },
    on(listener) {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
  };
}

/** Values of the reference SDK that need a Gateway, or are not here at all. Plugins may import them; a call names them. */
const missing = [
  "approveDevicePairing",
  "buildChannelOutboundSessionRoute",
  "delegateCompactionToRuntime",
  "detectMime",
  "emitDiagnosticEvent",
  "listDevicePairing",
  "loadWebMedia",
  "onDiagnosticEvent",
  "registerLogTransport",
  "registerPluginHooksFromDir",
  "registerPluginHttpRoute",
  "rejectDevicePairing",
] as const;

/** The module one plugin gets for `openclaw/plugin-sdk` and everything below it, bound to the Gateway that loads it. */
export function createPluginSdk(plugin: { id: string; logger: PluginLogger }, services: SdkServices): object {
  const absent = Object.fromEntries(
    missing.map((name) => [name, unsupported(`openclaw/plugin-sdk: ${name}`, plugin.id)]),
  );
  const { addRoute, diagnostics, devices, channels: gateway, tapLog, addHooks } = services;
  const media = gateway && createMediaHelpers(gateway);
  return {
    ...absent,
    ...sdk,
    ...setupQuestions,
    ...sections,
    ...bluebubbles,
    ...channels,
    ...files,
    ...groups,
    ...history,
    ...locations,
    ...params,
    ...prompts,
    ...schemas,
    ...sectionSchemas,
    ...texts,
    defineSetupPluginEntry,
    normalizePluginHttpPath,
    ...(addRoute && { registerPluginHttpRoute: routeRegistrar(plugin, addRoute) }),
    ...(addHooks && { registerPluginHooksFromDir: (_api: unknown, dir: string) => addHooks(plugin.id, dir) }),
    ...(tapLog && { registerLogTransport: logTransport(tapLog) }),
    ...(media && { loadWebMedia: media.loadWebMedia, detectMime: media.detectMime }),
    ...(gateway && {
      buildChannelOutboundSessionRoute: (asked: Parameters<typeof channelSessionRoute>[0]) =>
        channelSessionRoute(asked, (place) => gateway.route(place).sessionKey),
    }),
    ...(diagnostics && { emitDiagnosticEvent: diagnostics.emit, onDiagnosticEvent: diagnostics.on }),
    ...(devices && {
      approveDevicePairing: async (requestId: string) => devices.approve(requestId),
      rejectDevicePairing: async (requestId: string) => devices.reject(requestId),
      listDevicePairing: async () => devices.list(),
    }),
  };
}

/** A route's path, or another one when it is empty. */
export function normalizePluginHttpPath(path?: string | null, fallback?: string | null): string | null {
  return normalizeRoutePath(path) ?? normalizeRoutePath(fallback) ?? null;
}

/** Hands lines of the log to a plugin; their date is one, as the reference release has it. */
function logTransport(tapLog: NonNullable<SdkServices["tapLog"]>) {
  return (transport: (line: Record<string, unknown>) => void): (() => void) =>
    tapLog((line) => {
      const meta = typeof line._meta === "object" && line._meta !== null ? { ...line._meta } : {};
      transport({ ...line, _meta: { ...meta, ...(typeof line.time === "string" && { date: new Date(line.time) }) } });
    });
}

/** Adds a route for as long as a channel's account runs. */
function routeRegistrar(plugin: { id: string; logger: PluginLogger }, addRoute: NonNullable<SdkServices["addRoute"]>) {
  return (
    options: PluginHttpRoute & { fallbackPath?: string | null; log?: (message: string) => void },
  ): (() => void) => {
    const path = normalizePluginHttpPath(options.path, options.fallbackPath);
    const tell = options.log ?? ((message: string) => plugin.logger.warn(message));
    const remove = path === null ? undefined : addRoute(plugin.id, { ...options, path });
    if (!remove) tell(`the HTTP route ${path ?? "without a path"} could not be added`);
    return remove ?? (() => {});
  };
}
