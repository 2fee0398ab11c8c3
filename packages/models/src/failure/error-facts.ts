/** What can be read off an error, whoever threw it: the AI SDK, `fetch`, a provider's stream or our own code. */
export interface ErrorFacts {
  /** The most telling message found, as the provider worded it. Never a raw JSON or HTML body. */
  readonly message: string;
  /** All text there is, for pattern matching only: messages, codes and bodies. */
  readonly searchText: string;
  readonly status?: number;
  /** A system code such as `ECONNREFUSED`. */
  readonly code?: string;
  /** The provider's own error type, such as `invalid_request_error`. */
  readonly type?: string;
  /** The provider's own error code, such as `context_length_exceeded`. */
  readonly providerCode?: string;
  /** The status of the answer itself, whatever it was. */
  readonly answeredWith?: number;
  /** The body of the answer, as far as it was read. */
  readonly body?: string;
  readonly requestId?: string;
  readonly url?: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly names: readonly string[];
  /** The body was a web page. */
  readonly html: boolean;
}

/** Wrappers nest a few levels deep; a chain longer than this is a cycle or a mistake. */
const maxDepth = 8;
/** Error bodies are looked at up to here. */
const maxBody = 20_000;

export function errorFacts(error: unknown): ErrorFacts {
  const chain = causeChain(error);
  const messages: string[] = [];
  const bodies: string[] = [];
  const names: string[] = [];
  let status: number | undefined;
  let code: string | undefined;
  let type: string | undefined;
  let providerCode: string | undefined;
  let answeredWith: number | undefined;
  let requestId: string | undefined;
  let url: string | undefined;
  let headers: Record<string, string> = {};

  for (const link of chain) {
    const message = typeof link === "string" ? link : text(link, "message");
    if (message) messages.push(message);
    if (link instanceof Error) names.push(link.name);
    // A network failure while an answer is read is reported with the answer's own status, 200.
    answeredWith ??= number(link, "statusCode") ?? number(link, "status");
    status ??= failureStatus(number(link, "statusCode") ?? number(link, "status"));
    url ??= text(link, "url");
    code ??= systemCode(text(link, "code"));
    type ??= link instanceof Error ? undefined : text(link, "type");
    if (Object.keys(headers).length === 0) headers = headerRecord(property(link, "responseHeaders"));
    const body = text(link, "responseBody")?.slice(0, maxBody);
    if (body) bodies.push(body);
    const reported = providerError(body ?? property(link, "data") ?? (link instanceof Error ? undefined : link));
    if (reported) {
      type ??= reported.type;
      providerCode ??= reported.code;
      requestId ??= reported.requestId;
      if (reported.message) messages.unshift(reported.message);
      status ??= failureStatus(reported.status);
    }
  }

  const html = bodies.some(isHtml);
  return {
    message: messages.map(presentable).find((message) => message !== "") ?? "",
    searchText: [...messages, ...bodies, code ?? "", type ?? ""].join("\n"),
    ...(status !== undefined && { status }),
    ...(code !== undefined && { code }),
    ...(type !== undefined && { type }),
    ...(providerCode !== undefined && { providerCode }),
    ...(answeredWith !== undefined && { answeredWith }),
    ...(bodies[0] !== undefined && { body: bodies[0] }),
    ...((requestId ?? headers["request-id"]) !== undefined && { requestId: requestId ?? headers["request-id"] }),
    ...(url !== undefined && { url }),
    headers,
    names,
    html,
  };
}

/** The error and what caused it, outermost first. */
function causeChain(error: unknown): unknown[] {
  const chain: unknown[] = [];
  let link: unknown = error;
  while (link !== undefined && link !== null && chain.length < maxDepth && !chain.includes(link)) {
    chain.push(link);
    link = property(link, "cause");
  }
  return chain;
}

/** Reads the two usual forms of an error body: `{ error: { message, type } }` and `{ message }` or `{ error: "…" }`. */
function providerError(body: unknown) {
  const read = typeof body === "string" ? parseJson(body) : body;
  // Google wraps the error of a stream in a list of one.
  const parsed: unknown = Array.isArray(read) ? read[0] : read;
  if (typeof parsed !== "object" || parsed === null) return undefined;
  const inner = property(parsed, "error");
  const source = typeof inner === "object" && inner !== null ? inner : parsed;
  const message =
    typeof inner === "string" ? inner : (text(source, "message") ?? text(source, "Message") ?? text(parsed, "detail"));
  return {
    message,
    // Google names the type `status` and AWS `__type`.
    type: text(source, "type") ?? text(source, "status") ?? awsType(text(source, "__type")) ?? text(source, "code"),
    code: text(source, "code"),
    requestId: text(parsed, "request_id"),
    status: number(source, "code"),
  };
}

/** AWS writes `com.amazon.coral.service#ThrottlingException`; the name behind the mark says it all. */
function awsType(name: string | undefined): string | undefined {
  return name?.slice(name.lastIndexOf("#") + 1);
}

/** Bodies are not shown to people: of JSON the message is taken, of a web page nothing. */
function presentable(message: string): string {
  const trimmed = message.trim();
  if (isHtml(trimmed)) return "";
  const start = trimmed.search(/[{[]/);
  if (start < 0) return trimmed;
  const parsed = parseJson(trimmed.slice(start));
  if (parsed === undefined) return /[{[]\s*"/.test(trimmed) ? trimmed.slice(0, start).replace(/[\s:]+$/, "") : trimmed;
  const inner = providerError(parsed)?.message;
  return inner && parseJson(inner) === undefined ? inner : trimmed.slice(0, start).replace(/[\s:]+$/, "");
}

function isHtml(body: string): boolean {
  return /^\s*(?:<!doctype html|<html|<head|<body)/i.test(body);
}

function parseJson(body: string): unknown {
  if (!/^\s*[{[]/.test(body)) return undefined;
  try {
    return JSON.parse(body);
  } catch {
    // Not JSON after all, so there is nothing to read from it.
    return undefined;
  }
}

function failureStatus(status: number | undefined): number | undefined {
  return status !== undefined && status >= 400 && status <= 599 ? status : undefined;
}

function systemCode(code: string | undefined): string | undefined {
  return code && /^(?:E[A-Z_]+|UND_ERR_[A-Z_]+)$/.test(code) ? code : undefined;
}

function property(value: unknown, name: string): unknown {
  return typeof value === "object" && value !== null ? Reflect.get(value, name) : undefined;
}

function text(value: unknown, name: string): string | undefined {
  const found = property(value, name);
  return typeof found === "string" && found !== "" ? found : undefined;
}

function number(value: unknown, name: string): number | undefined {
  const found = property(value, name);
  return typeof found === "number" && Number.isFinite(found) ? found : undefined;
}

function headerRecord(value: unknown): Record<string, string> {
  if (typeof value !== "object" || value === null) return {};
  return Object.fromEntries(
    Object.entries(value).flatMap(([name, content]) =>
      typeof content === "string" ? [[name.toLowerCase(), content]] : [],
    ),
  );
}
