import { createHash } from "node:crypto";
import http from "node:http";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { createTestServer } from "./test-server.ts";

export interface SignInServer {
  readonly url: string;
  /** Paths of the requests so far, and what stood in their forms. */
  readonly requests: { path: string; form: Readonly<Record<string, string>> }[];
  /** Access tokens that are accepted. */
  readonly accepted: Set<string>;
  /** Makes refresh tokens worthless. */
  withdraw(): void;
  close(): Promise<void>;
}

/** The test server behind a sign-in, with an authorization server of its own. Whoever is sent to it agrees. */
export async function startSignInServer(): Promise<SignInServer> {
  const requests: SignInServer["requests"] = [];
  const accepted = new Set<string>();
  const challenges = new Map<string, string>();
  let refresh: string | undefined;
  let count = 0;
  const tokens = () => {
    count += 1;
    refresh = `refresh-${count}`;
    accepted.add(`access-${count}`);
    return { access_token: `access-${count}`, token_type: "Bearer", refresh_token: refresh, expires_in: 3600 };
  };
  let origin = "";
  const answers: Readonly<
    Record<string, (form: Record<string, string>, query: URLSearchParams) => { status?: number; body: object | URL }>
  > = {
    "/.well-known/oauth-protected-resource/mcp": () => ({
      body: { resource: `${origin}/mcp`, authorization_servers: [origin], scopes_supported: ["notes"] },
    }),
    "/.well-known/oauth-authorization-server": () => ({
      body: {
        issuer: origin,
        authorization_endpoint: `${origin}/authorize`,
        token_endpoint: `${origin}/token`,
        registration_endpoint: `${origin}/register`,
        response_types_supported: ["code"],
        code_challenge_methods_supported: ["S256"],
        token_endpoint_auth_methods_supported: ["none"],
      },
    }),
    "/register": (form) => ({ status: 201, body: { ...form, client_id: "client-1" } }),
    "/authorize": (_form, query) => {
      challenges.set("code-1", query.get("code_challenge") ?? "");
      const back = new URL(query.get("redirect_uri") ?? "");
      back.searchParams.set("code", "code-1");
      back.searchParams.set("state", query.get("state") ?? "");
      return { body: back };
    },
    "/token": (form) => {
      const invalid = { status: 400, body: { error: "invalid_grant" } };
      if (form.grant_type === "refresh_token") return form.refresh_token === refresh ? { body: tokens() } : invalid;
      const proof = createHash("sha256")
        .update(form.code_verifier ?? "")
        .digest("base64url");
      return proof === challenges.get(form.code ?? "") ? { body: tokens() } : invalid;
    },
  };
  const server = http.createServer((request, response) => {
    const url = new URL(request.url ?? "/", origin);
    const serve = async () => {
      if (url.pathname === "/mcp") {
        if (!accepted.has(request.headers.authorization?.replace("Bearer ", "") ?? "")) {
          const metadata = `${origin}/.well-known/oauth-protected-resource/mcp`;
          response.writeHead(401, { "www-authenticate": `Bearer resource_metadata="${metadata}"` }).end();
          return;
        }
        const transport = new StreamableHTTPServerTransport({});
        const mcp = createTestServer();
        response.once("close", () => void mcp.close());
        await mcp.connect(transport);
        await transport.handleRequest(request, response);
        return;
      }
      let text = "";
      for await (const chunk of request) text += String(chunk);
      const json = request.headers["content-type"]?.includes("json");
      const form: Record<string, string> = json ? JSON.parse(text) : Object.fromEntries(new URLSearchParams(text));
      requests.push({ path: url.pathname, form });
      const { status = 200, body } = answers[url.pathname]?.(form, url.searchParams) ?? { status: 404, body: {} };
      if (body instanceof URL) response.writeHead(302, { location: body.href }).end();
      else response.writeHead(status, { "content-type": "application/json" }).end(JSON.stringify(body));
    };
    serve().catch(() => response.destroy());
  });
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  if (address === null || typeof address === "string") throw new Error("the server has no port");
  origin = `http://127.0.0.1:${address.port}`;
  return {
    url: `${origin}/mcp`,
    requests,
    accepted,
    withdraw() {
      refresh = undefined;
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
}
