import aws4 from "aws4";
import type { AwsCredentials } from "./aws-credentials.ts";

/** A request to be signed. */
export interface UnsignedRequest {
  readonly method: "GET" | "POST";
  readonly url: string;
  readonly body?: string;
  readonly service: string;
  readonly region: string;
}

/** The headers that sign a request, by Signature Version 4. Lower-case names; `host` is left to whoever sends it. */
export function signRequest(request: UnsignedRequest, credentials: AwsCredentials): Record<string, string> {
  const { method, url, body, service, region } = request;
  const { host, pathname, search } = new URL(url);
  const { accessKeyId, secretAccessKey, sessionToken } = credentials;
  const signed = aws4.sign(
    {
      host,
      path: pathname + search,
      method,
      service,
      region,
      headers: { accept: "*/*", ...(body !== undefined && { "content-type": "application/json" }) },
      ...(body !== undefined && { body }),
    },
    { accessKeyId, secretAccessKey, ...(sessionToken !== undefined && { sessionToken }) },
  );
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(signed.headers ?? {})) {
    const lower = name.toLowerCase();
    if (lower !== "host" && lower !== "content-length") headers[lower] = String(value);
  }
  return headers;
}

/** The region of a bedrock address, else of the environment. */
export function awsRegion(url: string, env: NodeJS.ProcessEnv): string {
  const named = /(?:^|\.)bedrock(?:-runtime)?\.([a-z0-9-]+)\.amazonaws\.com/.exec(new URL(url).hostname)?.[1];
  return named ?? (env.AWS_REGION?.trim() || env.AWS_DEFAULT_REGION?.trim() || "us-east-1");
}
