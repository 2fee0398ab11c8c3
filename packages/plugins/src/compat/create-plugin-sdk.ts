import type { PluginHttpRoute, PluginLogger } from "@openclaw/plugin-sdk";
import * as sdk from "@openclaw/plugin-sdk";
import { normalizeRoutePath } from "../api/register-http.ts";
import { unsupported } from "../host/unsupported-call.ts";
import * as sections from "./account-sections.ts";
import * as channels from "./channel-helpers.ts";
import type { ChannelServices } from "./foreign/channel-services.ts";
import { createMediaHelpers } from "./foreign/media-helpers.ts";
import * as groups from "./group-access.ts";
import * as history from "./group-history.ts";
import * as onboarding from "./onboarding-helpers.ts";
import * as schemas from "./schemas.ts";
import * as params from "./tool-params.ts";

/** What one Gateway does for the module-level functions of the SDK. What is absent says so when it is called. */
export interface SdkServices {
  /** Adds a route while the Gateway runs and returns how to take it away. */
  addRoute?(pluginId: string, route: PluginHttpRoute): (() => void) | undefined;
  diagnostics?: DiagnosticEvents;
  /** Files, where there is a Gateway. */
  media?: ChannelServices["media"];
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

/** Values of the reference SDK that are not here. Plugins may import them; a call names them. */
const missing = [
  "approveDevicePairing",
  "buildChannelOutboundSessionRoute",
  "defineSetupPluginEntry",
  "delegateCompactionToRuntime",
  "detectMime",
  "emitDiagnosticEvent",
  "extensionForMime",
  "extractOriginalFilename",
  "formatLocationText",
  "getFileExtension",
  "listDevicePairing",
  "loadWebMedia",
  "onDiagnosticEvent",
  "registerLogTransport",
  "registerPluginHttpRoute",
  "rejectDevicePairing",
  "resolveAckReaction",
  "stripMarkdown",
  "toLocationContext",
] as const;

/** The module one plugin gets for `openclaw/plugin-sdk` and everything below it, bound to the Gateway that loads it. */
export function createPluginSdk(plugin: { id: string; logger: PluginLogger }, services: SdkServices): object {
  const absent = Object.fromEntries(
    missing.map((name) => [name, unsupported(`openclaw/plugin-sdk: ${name}`, plugin.id)]),
  );
  const { addRoute, diagnostics, devices, media } = services;
  const files = media && createMediaHelpers({ media });
  return {
    ...absent,
    ...sdk,
    ...sections,
    ...channels,
    ...groups,
    ...history,
    ...onboarding,
    ...schemas,
    ...params,
    normalizePluginHttpPath,
    registerPluginHooksFromDir: unsupported("openclaw/plugin-sdk: registerPluginHooksFromDir", plugin.id),
    ...(addRoute && { registerPluginHttpRoute: routeRegistrar(plugin, addRoute) }),
    ...(files && { loadWebMedia: files.loadWebMedia, detectMime: files.detectMime }),
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
