import fs from "node:fs";
import type http from "node:http";
import path from "node:path";
import type { Duplex } from "node:stream";
import { pipeline } from "node:stream/promises";
import type { Logger } from "@openclaw/log";
import { type WebSocket, WebSocketServer } from "ws";
import { sendText } from "../http/http-server.ts";
import { bridgeScript } from "./bridge-script.ts";
import type { CanvasTarget } from "./canvas-access.ts";
import { starterPage } from "./starter-page.ts";
import { watchFolder } from "./watch-folder.ts";

const types: Readonly<Record<string, string>> = {
  ".html": "text/html; charset=utf-8",
  ".htm": "text/html; charset=utf-8",
  ".js": "application/javascript; charset=utf-8",
  ".mjs": "application/javascript; charset=utf-8",
  ".css": "text/css; charset=utf-8",
  ".json": "application/json; charset=utf-8",
  ".svg": "image/svg+xml",
  ".png": "image/png",
  ".jpg": "image/jpeg",
  ".jpeg": "image/jpeg",
  ".gif": "image/gif",
  ".webp": "image/webp",
  ".ico": "image/x-icon",
  ".txt": "text/plain; charset=utf-8",
  ".md": "text/markdown; charset=utf-8",
  ".woff2": "font/woff2",
  ".mp4": "video/mp4",
  ".webm": "video/webm",
  ".mp3": "audio/mpeg",
  ".wav": "audio/wav",
  ".wasm": "application/wasm",
  ".pdf": "application/pdf",
};
/**
 * Files of the canvas are the agent's. In a browser that also shows the Control UI they get an origin of their own, so
 * that they cannot take what that has stored.
 */
const isolation = { "Content-Security-Policy": "sandbox allow-scripts allow-forms allow-modals allow-popups" };
const headers = { "Cache-Control": "no-store", "X-Content-Type-Options": "nosniff", "Referrer-Policy": "no-referrer" };

/** How long a page may take to answer a goodbye, ms. */
const goodbyeMs = 1000;

export interface CanvasHostOptions {
  /** Folder whose files are shown; made when it is not there. */
  root: string;
  a2uiRoot: string | undefined;
  liveReload: boolean;
  log: Logger;
}

export interface CanvasRequest extends CanvasTarget {
  /** The page gets an origin of its own. */
  isolated: boolean;
}

/** Serves the canvas: the files of a folder, the A2UI page, and word of changes. */
export interface CanvasHost {
  serve(request: http.IncomingMessage, response: http.ServerResponse, target: CanvasRequest): Promise<void>;
  upgrade(request: http.IncomingMessage, socket: Duplex, head: Buffer): void;
  close(): Promise<void>;
}

export function createCanvasHost(options: CanvasHostOptions): CanvasHost {
  const { log, liveReload } = options;
  prepareRoot(options.root, log);
  const sockets = new WebSocketServer({ noServer: true, clientTracking: true, maxPayload: 1024 });
  let stopWatching: (() => Promise<void>) | undefined;
  let watching = false;

  /** Nothing is watched as long as nobody would be told. */
  const watch = () => {
    if (watching || !liveReload) return;
    watching = true;
    stopWatching = watchFolder(options.root, {
      onReady: () => log.debug("a page of the canvas follows its files"),
      onChange() {
        for (const socket of sockets.clients) socket.send("reload");
      },
      onProblem(error) {
        log.warn(
          `changes of the canvas cannot be watched (${error}); pages are not reloaded. Fewer files help, or canvasHost.liveReload: false`,
        );
      },
    });
  };

  const serve: CanvasHost["serve"] = async (request, response, target) => {
    if (target.area === "ws") return sendText(response, 426, "upgrade required", { ...headers, Upgrade: "websocket" });
    if (request.method !== "GET" && request.method !== "HEAD") {
      return sendText(response, 405, "Method Not Allowed", { ...headers, Allow: "GET, HEAD" });
    }
    const isCanvas = target.area === "canvas";
    const root = isCanvas ? options.root : options.a2uiRoot;
    if (root === undefined || (!isCanvas && !fs.existsSync(path.join(root, "index.html")))) {
      return sendText(response, 503, "A2UI assets not found", headers);
    }
    if (target.rest === "") {
      const [, query] = (request.url ?? "").split("?", 2);
      const location = `${target.base}/__openclaw__/${target.area}/${query === undefined ? "" : `?${query}`}`;
      response.writeHead(302, { ...headers, Location: location }).end();
      return;
    }
    const found = findFile(root, target.rest);
    if (found === undefined) return sendText(response, 404, "not found", headers);
    const extra = isCanvas && target.isolated ? isolation : {};
    if (found.kind === "no-index") {
      const page = `<!doctype html><title>No page</title><p>There is no index.html in this folder of the canvas.</p>`;
      return sendPage(request, response, 404, page, extra);
    }
    if (found.type.startsWith("text/html")) {
      const html = await fs.promises.readFile(found.file, "utf8");
      const script = !isCanvas || liveReload ? bridgeScript({ liveReload: isCanvas }) : "";
      return sendPage(request, response, 200, withScript(html, script), extra);
    }
    response.writeHead(200, { ...headers, ...extra, "Content-Type": found.type, "Content-Length": found.size });
    if (request.method === "HEAD") response.end();
    else await pipeline(fs.createReadStream(found.file), response);
  };

  return {
    serve,
    upgrade(request, socket, head) {
      sockets.handleUpgrade(request, socket, head, (accepted) => {
        accepted.on("error", () => accepted.terminate());
        watch();
      });
    },
    async close() {
      await stopWatching?.();
      sockets.close();
      await Promise.all([...sockets.clients].map(closePage));
    },
  };
}

/** Says goodbye to a page, and hangs up on one that does not answer: a server with an open socket never ends. */
function closePage(socket: WebSocket): Promise<void> {
  return new Promise((resolve) => {
    const late = setTimeout(() => socket.terminate(), goodbyeMs);
    socket.once("close", () => {
      clearTimeout(late);
      resolve();
    });
    socket.close(1012, "service restart");
  });
}

type Found = { kind: "file"; file: string; size: number; type: string } | { kind: "no-index" };

/** The file an encoded path names; undefined when there is none, or it is none to be shown. */
function findFile(root: string, rest: string): Found | undefined {
  let decoded: string;
  try {
    decoded = decodeURIComponent(rest);
  } catch {
    return undefined; // a malformed escape names nothing
  }
  const parts = decoded.split("/").filter((part) => part !== "");
  if (/[\0\\]/.test(decoded) || parts.some((part) => part.startsWith("."))) return undefined;
  let realRoot: string;
  try {
    realRoot = fs.realpathSync(root);
  } catch {
    return undefined; // the folder was taken away
  }
  const resolved = inside(realRoot, path.join(realRoot, ...parts));
  if (resolved === undefined) return undefined;
  if (!resolved.stat.isDirectory()) return asFile(resolved);
  const index = inside(realRoot, path.join(resolved.file, "index.html"));
  return index === undefined ? { kind: "no-index" } : asFile(index);
}

function inside(root: string, wanted: string): { file: string; stat: fs.Stats } | undefined {
  try {
    const file = fs.realpathSync(wanted);
    // A link may lead out of the folder.
    if (file !== root && !file.startsWith(`${root}${path.sep}`)) return undefined;
    return { file, stat: fs.statSync(file) };
  } catch {
    return undefined;
  }
}

function asFile({ file, stat }: { file: string; stat: fs.Stats }): Found | undefined {
  if (!stat.isFile()) return undefined;
  const type = types[path.extname(file).toLowerCase()] ?? "application/octet-stream";
  return { kind: "file", file, size: stat.size, type };
}

function withScript(html: string, script: string): string {
  if (script === "") return html;
  const tag = `<script>${script}</script>`;
  const end = html.toLowerCase().lastIndexOf("</body>");
  return end < 0 ? `${html}${tag}` : `${html.slice(0, end)}${tag}${html.slice(end)}`;
}

function sendPage(
  request: http.IncomingMessage,
  response: http.ServerResponse,
  status: number,
  html: string,
  extra: Record<string, string>,
): void {
  const body = Buffer.from(html, "utf8");
  response.writeHead(status, {
    ...headers,
    ...extra,
    "Content-Type": "text/html; charset=utf-8",
    "Content-Length": body.length,
  });
  response.end(request.method === "HEAD" ? undefined : body);
}

/** An empty folder gets a page that shows that it works. */
function prepareRoot(root: string, log: Logger): void {
  try {
    fs.mkdirSync(root, { recursive: true });
    if (fs.readdirSync(root).length === 0) fs.writeFileSync(path.join(root, "index.html"), starterPage, { flag: "wx" });
  } catch (error) {
    log.warn(`the folder of the canvas cannot be prepared: ${root}`, { error: String(error) });
  }
}
