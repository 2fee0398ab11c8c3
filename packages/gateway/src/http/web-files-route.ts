import type http from "node:http";
import path from "node:path";
import { pipeline } from "node:stream/promises";
import { openMedia } from "@openclaw/agent-runtime";
import { filesPath, type WebFiles } from "../media/web-files.ts";
import { type HttpHandler, sendText } from "./http-server.ts";

const headers = {
  "Accept-Ranges": "bytes",
  "Cache-Control": "private, no-store",
  "Content-Security-Policy": "default-src 'none'; sandbox",
  "Cross-Origin-Resource-Policy": "same-origin",
  "Referrer-Policy": "no-referrer",
  "X-Content-Type-Options": "nosniff",
};

export interface WebFilesRouteOptions {
  webFiles: Pick<WebFiles, "find">;
  /** Folders files are served from. */
  roots(): readonly string[];
  basePath: string;
  platform: NodeJS.Platform;
}

/**
 * Serves the files that clients were told of, whole or in part. An address holds 256 random bits and is told to those who
 * may read the session alone, so that it needs no further proof; a player of a page could not give one.
 */
export function webFilesRoute(options: WebFilesRouteOptions): HttpHandler {
  const prefix = `${options.basePath}${filesPath}`;
  return async (request, response) => {
    const [where = ""] = (request.url ?? "").split("?", 1);
    if (!where.startsWith(prefix)) return false;
    if (request.method !== "GET" && request.method !== "HEAD") {
      sendText(response, 405, "Method Not Allowed", { Allow: "GET, HEAD" });
      return true;
    }
    const offered = options.webFiles.find(where.slice(prefix.length));
    const handle =
      offered &&
      (await openMedia(offered.file, { roots: options.roots(), platform: options.platform }).catch(() => undefined));
    if (offered === undefined || handle === undefined) {
      // A file that is gone and one that never was look alike from outside.
      sendText(response, 404, "Not Found");
      return true;
    }
    try {
      const { size } = await handle.stat();
      await send(request, response, { handle, size, ...offered });
    } finally {
      await handle.close();
    }
    return true;
  };
}

async function send(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  {
    handle,
    size,
    mimeType,
    file,
  }: { handle: Awaited<ReturnType<typeof openMedia>>; size: number; mimeType: string; file: string },
): Promise<void> {
  const range = rangeOf(request.headers.range, size);
  if (range === "none") {
    sendText(response, 416, "Range Not Satisfiable", { ...headers, "Content-Range": `bytes */${size}` });
    return;
  }
  const { start, end } = range ?? { start: 0, end: size - 1 };
  response.writeHead(range === undefined ? 200 : 206, {
    ...headers,
    "Content-Type": mimeType,
    // What a page does not show by itself may be anything; it is never opened in the place of the page.
    ...(/^(?:image|audio)\//.test(mimeType) ? {} : { "Content-Disposition": attachment(file) }),
    "Content-Length": end - start + 1,
    ...(range === undefined ? {} : { "Content-Range": `bytes ${start}-${end}/${size}` }),
  });
  if (request.method === "HEAD" || size === 0) response.end();
  else await pipeline(handle.createReadStream({ start, end, autoClose: false }), response);
}

/** RFC 6266: the name as it is, percent-encoded. */
function attachment(file: string): string {
  const name = encodeURIComponent(path.basename(file)).replace(/['()*]/g, (c) => `%${c.charCodeAt(0).toString(16)}`);
  return `attachment; filename*=UTF-8''${name}`;
}

/** One range of bytes, both ends included (RFC 9110, 14.1.2); undefined for the whole, which several ranges mean as well. */
function rangeOf(header: string | undefined, size: number): { start: number; end: number } | "none" | undefined {
  const match = /^bytes=(\d*)-(\d*)$/.exec(header?.trim() ?? "");
  const [, from = "", to = ""] = match ?? [];
  if (match === null || (from === "" && to === "")) return undefined;
  const start = from === "" ? Math.max(0, size - Number(to)) : Number(from);
  const end = from === "" || to === "" ? size - 1 : Math.min(Number(to), size - 1);
  return start > end ? "none" : { start, end };
}
