import type { PluginHttpRoute } from "@openclaw/plugin-sdk";
import type { RouteRegistration } from "../registry/registrations.ts";
import type { PluginDraft } from "./plugin-draft.ts";

/** A path as routes are compared: with a slash in front, otherwise as given. */
export function normalizeRoutePath(path: unknown): string | undefined {
  const trimmed = typeof path === "string" ? path.trim() : "";
  if (trimmed === "") return undefined;
  return trimmed.startsWith("/") ? trimmed : `/${trimmed}`;
}

/** Checks a route; undefined when it cannot be had, which was told then. */
export function readRoute(
  draft: Pick<PluginDraft, "pluginId" | "core" | "find" | "warn" | "fail">,
  route: PluginHttpRoute,
): RouteRegistration | undefined {
  const path = normalizeRoutePath(route.path);
  if (path === undefined) {
    draft.warn("http route registration missing path");
    return undefined;
  }
  if (draft.core.isReservedPath(path)) {
    draft.fail(`http route path is reserved: ${path}`);
    return undefined;
  }
  if (draft.find("routes", (other) => other.path === path)) {
    draft.fail(`http route already registered: ${path}`);
    return undefined;
  }
  if (route.auth === undefined) draft.warn(`http route ${path} has no auth mode; treated as "plugin"`);
  return {
    pluginId: draft.pluginId,
    path,
    match: route.match === "prefix" ? "prefix" : "exact",
    auth: route.auth === "gateway" ? "gateway" : "plugin",
    handler: route.handler,
  };
}
