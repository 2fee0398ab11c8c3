import { FetchGuardError, type GuardedFetch, type GuardedResponse } from "@openclaw/net";
import { wrapWithin } from "../../untrusted/external-content.ts";
import { ToolFailure } from "../tool-failure.ts";
import type { Firecrawl } from "./firecrawl.ts";
import { webAddress } from "./json-value.ts";
import { bodyKind, decodeBody, isBinary, mediaType, sniffedType } from "./page/body-text.ts";
import { textOfMarkdown } from "./page/markdown-text.ts";
import { readPageApart } from "./page/page-reader.ts";
import { plainTextOfHtml, titleOfHtml } from "./page/plain-html.ts";
import { defaultTimeoutSeconds, type WebFetchConfig } from "./web-config.ts";

const maxBodyBytes = 10_000_000;
const maxErrorBytes = 200_000;
const maxErrorChars = 4000;
/** Some sites answer only to what looks like a browser. */
const defaultUserAgent =
  "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/144.0.0.0 Safari/537.36";

export type ExtractMode = "markdown" | "text";

/** A page as text, before it is cut and wrapped. */
export interface FetchedPage {
  finalUrl: string;
  status: number;
  contentType: string;
  title?: string;
  extractor: "readability" | "firecrawl" | "json" | "raw";
  content: string;
  /** Written by a stranger, like the content. */
  warning?: string;
  /** Our own remark. */
  note?: string;
}

export interface PageRequest {
  url: string;
  mode: ExtractMode;
  config: WebFetchConfig;
  guardedFetch: GuardedFetch;
  firecrawl: Firecrawl | undefined;
  signal: AbortSignal;
}

/** Fetches a page and turns it into text. Throws a text for the model when that is not possible. */
export async function fetchPage(request: PageRequest): Promise<FetchedPage> {
  const { url, config, firecrawl, signal } = request;
  let response: GuardedResponse;
  try {
    response = await request.guardedFetch(url, {
      headers: {
        Accept: "*/*",
        "Accept-Language": "en-US,en;q=0.9",
        "User-Agent": config.userAgent ?? defaultUserAgent,
      },
      timeoutMs: (config.timeoutSeconds ?? defaultTimeoutSeconds) * 1000,
      ...(config.maxRedirects === undefined ? {} : { maxRedirects: config.maxRedirects }),
      signal,
    });
  } catch (error) {
    signal.throwIfAborted();
    // A refused address is told to nobody else either.
    if (firecrawl === undefined || !(error instanceof FetchGuardError) || error.refused) throw error;
    return scraped(request, firecrawl);
  }
  if (response.status >= 200 && response.status < 300) return readResponse(request, response);
  if (firecrawl !== undefined) {
    response.close();
    return scraped(request, firecrawl);
  }
  throw new ToolFailure(`Web fetch failed (${response.status}): ${await errorDetail(response)}`);
}

async function readResponse(request: PageRequest, response: GuardedResponse): Promise<FetchedPage> {
  const header = response.headers["content-type"];
  const declared = mediaType(header);
  if (declared !== undefined && bodyKind(declared) === undefined) {
    response.close();
    throw new ToolFailure(`Unsupported content type: ${declared}`);
  }
  const { bytes, truncated } = await response.read(maxBodyBytes);
  const contentType = declared ?? sniffedType(bytes);
  const kind = bodyKind(contentType);
  if (kind === undefined || isBinary(bytes)) {
    throw new ToolFailure(`Unsupported content type: ${isBinary(bytes) ? "application/octet-stream" : contentType}`);
  }
  const body = decodeBody(bytes, header, kind);
  const page = {
    finalUrl: response.url,
    status: response.status,
    contentType,
    ...(truncated ? { note: `Only the first ${maxBodyBytes / 1_000_000} MB were read.` } : {}),
  };
  switch (kind) {
    case "html":
      return readHtml(request, body, page);
    case "json":
      return { ...page, ...readJson(body) };
    case "text":
      return { ...page, extractor: "raw", content: body };
  }
}

async function readHtml(
  request: PageRequest,
  html: string,
  page: Omit<FetchedPage, "extractor" | "content">,
): Promise<FetchedPage> {
  const readability = request.config.readability !== false;
  if (readability) {
    const article = await readPageApart(html, page.finalUrl, { signal: request.signal });
    if (article !== undefined) {
      const content = request.mode === "text" ? textOfMarkdown(article.markdown) : article.markdown;
      const title = article.title ?? titleOfHtml(html);
      return {
        ...page,
        ...(title === undefined ? {} : { title }),
        ...(article.cut ? { note: "The page is very long; only its beginning was looked at." } : {}),
        extractor: "readability",
        content,
      };
    }
  } else {
    const content = plainTextOfHtml(html);
    const title = titleOfHtml(html);
    if (content !== "") return { ...page, ...(title === undefined ? {} : { title }), extractor: "raw", content };
  }
  if (request.firecrawl !== undefined) return scraped(request, request.firecrawl);
  throw new ToolFailure(
    readability
      ? "Web fetch extraction failed: Readability and Firecrawl returned no content."
      : "Web fetch extraction failed: Readability disabled and Firecrawl unavailable.",
  );
}

function readJson(body: string): Pick<FetchedPage, "extractor" | "content"> {
  try {
    return { extractor: "json", content: JSON.stringify(JSON.parse(body), null, 2) };
  } catch (error) {
    // Called JSON by its server, but not JSON: shown as it is.
    if (error instanceof SyntaxError) return { extractor: "raw", content: body };
    throw error;
  }
}

async function scraped(request: PageRequest, firecrawl: Firecrawl): Promise<FetchedPage> {
  const found = await firecrawl.scrape(request.url, request.signal);
  if (found.markdown.trim() === "") {
    throw new ToolFailure("Web fetch extraction failed: Readability and Firecrawl returned no content.");
  }
  return {
    finalUrl: webAddress(found.finalUrl) ?? request.url,
    status: found.status,
    contentType: "text/markdown",
    ...(found.title === undefined ? {} : { title: found.title }),
    ...(found.warning === undefined ? {} : { warning: found.warning }),
    extractor: "firecrawl",
    content: request.mode === "text" ? textOfMarkdown(found.markdown) : found.markdown,
  };
}

/** What a server says about its refusal, as text between markers. */
async function errorDetail(response: GuardedResponse): Promise<string> {
  let detail = "";
  try {
    const { bytes } = await response.read(maxErrorBytes);
    const type = mediaType(response.headers["content-type"]) ?? sniffedType(bytes);
    const kind = bodyKind(type);
    if (kind !== undefined && !isBinary(bytes)) {
      const body = decodeBody(bytes, response.headers["content-type"], kind);
      detail = kind === "html" ? plainTextOfHtml(body) : body.trim();
    }
  } catch (error) {
    // The status has been received; that its explanation cannot be read changes nothing about it.
    if (!(error instanceof FetchGuardError)) throw error;
  }
  return wrapWithin(detail || response.statusText || "no further information", {
    source: "web_fetch",
    notice: false,
    maxChars: maxErrorChars,
  }).text;
}
