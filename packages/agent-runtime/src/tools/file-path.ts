import { existsSync } from "node:fs";
import { isAbsolute, join, resolve } from "node:path";
import { ToolFailure } from "./tool-failure.ts";
import type { ToolFiles } from "./tool-files.ts";

/** Where the file tools start from. */
export interface FileToolOptions {
  workspaceDir: string;
  /** The user's home, for `~`. */
  homeDir: string;
  platform?: NodeJS.Platform;
  /** How files are reached; directly when absent. */
  files?: ToolFiles;
}

const unicodeSpaces = /[\u00a0\u2000-\u200a\u202f\u205f\u3000]/g;

/** A path of a model without its quirks: `~` is the home, a leading `@` goes, Unicode spaces become plain ones. */
export function plainToolPath(path: string, homeDir: string): string {
  const plain = path.trim().replace(unicodeSpaces, " ").replace(/^@/, "");
  return plain === "~" ? homeDir : /^~[/\\]/.test(plain) ? join(homeDir, plain.slice(2)) : plain;
}

/** The absolute path a model means. */
export function resolveToolPath(path: string, options: FileToolOptions): string {
  const expanded = plainToolPath(path, options.homeDir);
  return isAbsolute(expanded) ? resolve(expanded) : resolve(options.workspaceDir, expanded);
}

/**
 * Like `resolveToolPath`, for a file that should exist. macOS names screenshots with a narrow no-break space before
 * AM and PM and may store names decomposed, which a model never reproduces.
 */
export function resolveExistingToolPath(path: string, options: FileToolOptions): string {
  const resolved = resolveToolPath(path, options);
  if (options.platform !== "darwin" || existsSync(resolved)) return resolved;
  const narrow = resolved.replace(/ (AM|PM)\b/g, "\u202f$1");
  const variants = [narrow, resolved.normalize("NFD"), narrow.normalize("NFD")];
  return variants.find((variant) => existsSync(variant)) ?? resolved;
}

/** Reads a string parameter that has an older second name. The text is returned as it came. */
export function fileParameter(params: Record<string, unknown>, name: string, alias?: string): string {
  const value = params[name] ?? (alias === undefined ? undefined : params[alias]);
  if (typeof value !== "string" || (name === "path" && value.trim() === "")) {
    throw new ToolFailure(`Missing required parameter: ${name}${alias === undefined ? "" : ` (${name} or ${alias})`}`);
  }
  return value;
}

/** The path parameter of all file tools. */
export function pathParameter(params: Record<string, unknown>): string {
  return fileParameter(params, "path", "file_path");
}

export const pathProperties = {
  path: { type: "string", description: "Path of the file, relative to the workspace or absolute" },
  file_path: { type: "string", description: "Other name of path" },
} as const;
