import type { ProviderAccess } from "../../provider-access.ts";
import type { EntryLimits } from "../understanding-config.ts";

/** One file for one provider. */
export interface MediaRequest {
  bytes: Buffer;
  mimeType: string;
  fileName: string;
  model: string;
  limits: EntryLimits;
  /** Without a slash at the end. */
  baseUrl: string;
  access: ProviderAccess;
  headers: Readonly<Record<string, string>>;
  /** Query or body parameters that the configuration adds. */
  options: Readonly<Record<string, string | number | boolean>>;
  fetch: typeof fetch;
  signal: AbortSignal;
}

const shownChars = 300;

/** Why a provider gave no text. The body of its answer may say so; keys are never part of it. */
export class MediaRequestError extends Error {
  override readonly name = "MediaRequestError";
  readonly status: number | undefined;

  constructor(message: string, status?: number) {
    super(message);
    this.status = status;
  }
}

/** The JSON of an answer. @throws MediaRequestError `<what> failed (HTTP n): …` */
export async function readAnswer(response: Response, what: string): Promise<unknown> {
  const body = await response.text();
  const shown = body.trim().slice(0, shownChars);
  if (!response.ok) throw new MediaRequestError(`${what} failed (HTTP ${response.status}): ${shown}`, response.status);
  try {
    return JSON.parse(body);
  } catch {
    throw new MediaRequestError(`${what} failed: the answer is not JSON: ${shown}`, response.status);
  }
}

export function bearer(access: ProviderAccess): Record<string, string> {
  return access.apiKey === undefined ? {} : { authorization: `Bearer ${access.apiKey}` };
}
