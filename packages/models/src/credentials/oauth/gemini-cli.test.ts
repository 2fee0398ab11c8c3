import { chmodSync, mkdirSync, symlinkSync } from "node:fs";
import path from "node:path";
import { afterEach, expect, test } from "vitest";
import { testAuthContext } from "../../testing/auth-context.ts";
import { type AuthRequest, type FakeAuthServer, startFakeAuthServer } from "../../testing/fake-auth-server.ts";
import { temporaryState } from "../../testing/temporary-state.ts";
import type { AuthContext } from "./auth-method.ts";
import { geminiCliAuth, refreshGeminiCli } from "./gemini-cli.ts";
import { findGeminiClient } from "./gemini-client.ts";

let server: FakeAuthServer | undefined;
afterEach(() => server?.close());

const client = { GEMINI_CLI_OAUTH_CLIENT_ID: "1-abc.apps.googleusercontent.com", GEMINI_CLI_OAUTH_CLIENT_SECRET: "s" };
const tokens = { access_token: "ya29", refresh_token: "r1", expires_in: 3600 };

/** Google, whose Code Assist says this of the account. */
async function google(codeAssist: (request: AuthRequest, asked: number) => unknown): Promise<FakeAuthServer> {
  let asked = 0;
  server = await startFakeAuthServer((request) => {
    if (request.path === "/token") return { body: tokens };
    if (request.path.startsWith("/oauth2/v1/userinfo")) return { body: { email: "me@example.com" } };
    asked += 1;
    return { body: codeAssist(request, asked) };
  });
  return server;
}

async function signIn(env: NodeJS.ProcessEnv = client) {
  const context: AuthContext & { waits: number[]; notes: string[] } = testAuthContext({
    fetch: server!.fetch,
    env,
    isRemote: true,
    answers: ["the-code"],
  });
  return { result: geminiCliAuth.auth[0]!.run(context), context };
}

test("signs in with a proof key, and keeps the account's address and project", async () => {
  const { requests } = await google(() => ({ currentTier: { id: "free-tier" }, cloudaicompanionProject: "mine-1" }));
  const { result, context } = await signIn();
  expect((await result).profiles).toMatchObject([
    {
      profileId: "google-gemini-cli:me@example.com",
      credential: { type: "oauth", access: "ya29", refresh: "r1", projectId: "mine-1", email: "me@example.com" },
    },
  ]);
  const query = Object.fromEntries(new URL(/https:\S+/.exec(context.notes.join())?.[0] ?? "").searchParams);
  expect(query).toMatchObject({
    client_id: client.GEMINI_CLI_OAUTH_CLIENT_ID,
    redirect_uri: "http://localhost:8085/oauth2callback",
    scope:
      "https://www.googleapis.com/auth/cloud-platform https://www.googleapis.com/auth/userinfo.email https://www.googleapis.com/auth/userinfo.profile",
    access_type: "offline",
    prompt: "consent",
    code_challenge_method: "S256",
  });
  expect(requests[0]?.form).toMatchObject({ grant_type: "authorization_code", code: "the-code", client_secret: "s" });
});

test("an account without a project gets one, which is waited for", async () => {
  const { requests } = await google((_request, asked) =>
    asked === 1
      ? { allowedTiers: [{ id: "free-tier", isDefault: true }] }
      : asked < 4
        ? { done: false }
        : { done: true, response: { cloudaicompanionProject: { id: "made-for-me" } } },
  );
  const { result, context } = await signIn();
  expect((await result).profiles[0]?.credential).toMatchObject({ projectId: "made-for-me" });
  expect(context.waits).toEqual([5000, 5000]);
  expect(requests.slice(2).map(({ path: asked }) => asked)).toEqual([
    "/v1internal:loadCodeAssist",
    "/v1internal:onboardUser",
    "/v1internal:onboardUser",
    "/v1internal:onboardUser",
  ]);
});

test("a project that never comes is given up after two minutes; a paid account needs its own", async () => {
  await google((_request, asked) => (asked === 1 ? {} : { done: false }));
  const { result, context } = await signIn();
  await expect(result).rejects.toThrow("Set GOOGLE_CLOUD_PROJECT");
  expect(context.waits).toHaveLength(24);
  server?.close();
  await google(() => ({ allowedTiers: [{ id: "standard-tier", isDefault: true }] }));
  await expect((await signIn()).result).rejects.toThrow("set GOOGLE_CLOUD_PROJECT");
});

test("the client is the environment's, else that of an installed Gemini CLI, else there is none", async () => {
  const { dir, write } = temporaryState();
  await expect(findGeminiClient({ PATH: dir })).rejects.toThrow(/^Gemini CLI not found\. Install it first/);
  const root = path.join(dir, "lib/node_modules/@google/gemini-cli");
  write(path.join(root, "dist/index.js"), "#!/usr/bin/env node\n");
  chmodSync(path.join(root, "dist/index.js"), 0o755);
  write(
    path.join(root, "node_modules/@google/gemini-cli-core/dist/src/code_assist/oauth2.js"),
    "const ID = '42-xyz.apps.googleusercontent.com'; const SECRET = 'GOCSPX-test_1';",
  );
  mkdirSync(path.join(dir, "bin"));
  symlinkSync(path.join(root, "dist/index.js"), path.join(dir, "bin/gemini"));
  const PATH = `${dir}/nothing:${dir}/bin`;
  expect(await findGeminiClient({ PATH })).toEqual({
    id: "42-xyz.apps.googleusercontent.com",
    secret: "GOCSPX-test_1",
  });
  expect(await findGeminiClient({ PATH, ...client, OPENCLAW_GEMINI_OAUTH_CLIENT_ID: "own" })).toMatchObject({
    id: "own",
  });
});

test("a renewal keeps account, project and refresh token", async () => {
  server = await startFakeAuthServer(() => ({ body: { access_token: "ya30", expires_in: 3600 } }));
  const credential = {
    type: "oauth" as const,
    provider: "google-gemini-cli",
    access: "old",
    refresh: "r0",
    expires: 1,
    projectId: "p",
  };
  const signal = new AbortController().signal;
  const renewed = await refreshGeminiCli(credential, { fetch: server.fetch, now: () => 0, env: client, signal });
  expect(renewed).toMatchObject({ access: "ya30", projectId: "p" });
  expect(server.requests[0]?.form).toMatchObject({ grant_type: "refresh_token", refresh_token: "r0" });
});
