interface ServerKeys {
  /** `false` keeps it from being started or contacted. */
  enabled?: boolean | undefined;
  /** Patterns with `*` on the server's tool names; all tools when absent, `deny` wins. */
  tools?: { allow?: readonly string[] | undefined; deny?: readonly string[] | undefined } | undefined;
}

/** A program, spoken to over stdio. */
export interface StdioServerConfig extends ServerKeys {
  command: string;
  args?: readonly string[] | undefined;
  /** Its additional environment; values are secrets. */
  env?: Readonly<Record<string, string>> | undefined;
  /** Its working directory; the agent's workspace when absent. */
  cwd?: string | undefined;
}

/** An endpoint, spoken to over streamable HTTP. */
export interface HttpServerConfig extends ServerKeys {
  url: string;
  /** Request headers; values are secrets. */
  headers?: Readonly<Record<string, string>> | undefined;
}

/** One server, `mcp.servers.<id>` of the configuration. */
export type McpServerConfig = StdioServerConfig | HttpServerConfig;

/** How a server is spoken to. */
export function transportOf(server: McpServerConfig): "stdio" | "http" {
  return "command" in server ? "stdio" : "http";
}

/** A text without the values that a server was given in confidence. */
export function withoutSecrets(text: string, server: McpServerConfig): string {
  const given = "command" in server ? server.env : server.headers;
  const secrets = Object.values(given ?? {}).flatMap((value) => [value, ...value.split(/\s+/)]);
  let clean = text;
  for (const secret of secrets) if (secret.length >= 4) clean = clean.replaceAll(secret, "***");
  return clean;
}
