import fs from "node:fs";
import type http from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { type HttpHandler, sendText } from "./http-server.ts";

const types: Record<string, string> = {
  ".html": "text/html; charset=utf-8",
  ".js": "application/javascript; charset=utf-8",
  ".mjs": "application/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".map": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".woff": "font/woff",
  ".woff2": "font/woff2",
};

const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data: blob:",
  "font-src 'self'",
  "media-src 'self'",
  "connect-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join("; ");

const securityHeaders = {
  "Content-Security-Policy": contentSecurityPolicy,
  "X-Frame-Options": "DENY",
  "X-Content-Type-Options": "nosniff",
  "Referrer-Policy": "no-referrer",
};

export interface ControlUiOptions {
  /** Folder of the built assets; undefined when there is none. */
  root: string | undefined;
  /** Whether the folder was set in the configuration: the message for a missing build names it then. */
  configuredRoot: boolean;
  /** Normalised base path: empty, or with a leading and without a trailing slash. */
  basePath: string;
  /** Name and avatar of the assistant, read for every page. */
  assistant(): { name: string; avatar: string };
  /** The picture file of an agent, already checked to be one; undefined when it has none. */
  avatarFile(agentId: string): string | undefined;
  /** What an agent's avatar is when it is not a file: an address or data URL. */
  avatarUrl(agentId: string): string | undefined;
}

/** Brings `gateway.controlUi.basePath` into the form the handlers use. */
export function normalizeBasePath(configured: string | undefined): string {
  const trimmed = (configured ?? "").trim().replace(/\/+$/, "");
  if (trimmed === "") return "";
  return trimmed.startsWith("/") ? trimmed : `/${trimmed}`;
}

/** Serves the web page: static files, the boot values and avatars, all below the base path. */
export function controlUi(options: ControlUiOptions): HttpHandler {
  const { basePath } = options;
  const root =
    options.root && fs.existsSync(path.join(options.root, "index.html")) ? fs.realpathSync(options.root) : undefined;

  return async (request, response) => {
    const [rawPath = "/", query] = (request.url ?? "/").split("?", 2);
    if (basePath !== "") {
      if (rawPath === basePath) {
        response.writeHead(302, { Location: `${basePath}/${query === undefined ? "" : `?${query}`}` }).end();
        return true;
      }
      if (!rawPath.startsWith(`${basePath}/`)) return false;
    } else if (rawPath === "/ui" || rawPath.startsWith("/ui/")) {
      return false;
    }
    if (request.method !== "GET" && request.method !== "HEAD") {
      sendText(response, 405, "Method Not Allowed", { Allow: "GET, HEAD" });
      return true;
    }
    const decoded = decode(rawPath.slice(basePath.length));
    if (decoded === undefined) return notFound(response);
    if (decoded === "/__openclaw__/boot.js") return boot(response, options);
    if (decoded.startsWith("/avatar/"))
      return avatar(request, response, decoded.slice("/avatar/".length), query, options);
    if (root === undefined) {
      const where = options.configuredRoot ? `not found at ${options.root}` : "not found";
      const remedy = options.configuredRoot
        ? "Build them with `pnpm ui:build` (auto-installs UI deps), or update gateway.controlUi.root."
        : "Build them with `pnpm ui:build` (auto-installs UI deps), or run `pnpm ui:dev` during development.";
      sendText(response, 503, `Control UI assets ${where}. ${remedy}`, securityHeaders);
      return true;
    }
    const assets = decoded.indexOf("/assets/");
    const wanted = assets >= 0 ? decoded.slice(assets) : decoded;
    const file = wanted === "/" ? undefined : inside(root, wanted);
    if (file) return sendFile(request, response, file, assets >= 0);
    if (assets >= 0 || path.extname(wanted) !== "") return notFound(response);
    return sendFile(request, response, path.join(root, "index.html"), false);
  };
}

/** Decodes a path once; undefined when it could name something outside. */
function decode(rawPath: string): string | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(rawPath);
  } catch {
    return undefined; // a malformed escape names nothing
  }
  if (decoded.includes("\0") || decoded.includes("\\") || /%2f|%5c/i.test(rawPath)) return undefined;
  return decoded.split("/").includes("..") ? undefined : decoded || "/";
}

/** The regular file below the root that a path names; links that leave the root do not count. */
function inside(root: string, wanted: string): string | undefined {
  const file = path.join(root, wanted);
  if (!fs.existsSync(file)) return undefined;
  const real = fs.realpathSync(file);
  if (!real.startsWith(`${root}${path.sep}`) || !fs.statSync(real).isFile()) return undefined;
  return real;
}

function notFound(response: http.ServerResponse): true {
  sendText(response, 404, "Not Found", securityHeaders);
  return true;
}

async function sendFile(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  file: string,
  hashed: boolean,
): Promise<true> {
  const { size } = fs.statSync(file);
  response.writeHead(200, {
    "Content-Type": types[path.extname(file).toLowerCase()] ?? "application/octet-stream",
    "Content-Length": size,
    "Cache-Control": hashed ? "public, max-age=31536000, immutable" : "no-cache",
    ...securityHeaders,
  });
  if (request.method === "HEAD") response.end();
  else await pipeline(fs.createReadStream(file), response);
  return true;
}

function boot(response: http.ServerResponse, options: ControlUiOptions): true {
  const { name, avatar: picture } = options.assistant();
  const body = [
    ["__OPENCLAW_CONTROL_UI_BASE_PATH__", options.basePath],
    ["__OPENCLAW_ASSISTANT_NAME__", name],
    ["__OPENCLAW_ASSISTANT_AVATAR__", picture],
  ]
    .map(([key, value]) => `window.${key} = ${safeJson(value)};\n`)
    .join("");
  response.writeHead(200, {
    "Content-Type": "application/javascript; charset=utf-8",
    "Content-Length": Buffer.byteLength(body),
    "Cache-Control": "no-store",
    ...securityHeaders,
  });
  response.end(body);
  return true;
}

/** JSON that may stand in a script wherever it ends up. */
function safeJson(value: unknown): string {
  return JSON.stringify(value).replace(
    /[<>&\u2028\u2029]/g,
    (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`,
  );
}

async function avatar(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  agentId: string,
  query: string | undefined,
  options: ControlUiOptions,
): Promise<true> {
  if (!/^[a-z0-9][a-z0-9_-]{0,63}$/i.test(agentId)) return notFound(response);
  const file = options.avatarFile(agentId);
  if (new URLSearchParams(query ?? "").get("meta") === "1") {
    const avatarUrl = file ? `${options.basePath}/avatar/${agentId}` : (options.avatarUrl(agentId) ?? null);
    const body = JSON.stringify({ avatarUrl });
    response.writeHead(200, {
      "Content-Type": "application/json; charset=utf-8",
      "Content-Length": Buffer.byteLength(body),
      "Cache-Control": "no-cache",
      ...securityHeaders,
    });
    response.end(body);
    return true;
  }
  return file ? sendFile(request, response, file, false) : notFound(response);
}
