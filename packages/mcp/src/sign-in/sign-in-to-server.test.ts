import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import os from "node:os";
import path from "node:path";
import { systemTimers } from "@openclaw/agent-runtime";
import { silentLog } from "@openclaw/log";
import { systemClock } from "@openclaw/storage";
import { afterEach, beforeEach, expect, it } from "vitest";
import { createServerConnection } from "../client/server-connection.ts";
import { type SignInServer, startSignInServer } from "../testing/sign-in-server.ts";
import { forgetSignIn, readSignIn } from "./sign-in-file.ts";
import { signInToServer } from "./sign-in-to-server.ts";

let server: SignInServer;
let stateDir: string;
beforeEach(async () => {
  server = await startSignInServer();
  stateDir = mkdtempSync(path.join(os.tmpdir(), "openclaw-mcp-"));
});
afterEach(async () => {
  await server.close();
  rmSync(stateDir, { recursive: true, force: true });
});

const file = () => path.join(stateDir, "mcp", "sign-ins", "wiki.json");
const redirectUrl = "http://127.0.0.1:7/oauth/callback";
/** Somebody at a browser, who agrees to everything. */
const agree = async (url: string, state: string) => {
  const answer = await fetch(url, { redirect: "manual" });
  const back = new URL(answer.headers.get("location") ?? "");
  expect(`${back.origin}${back.pathname}`).toBe(redirectUrl);
  expect(back.searchParams.get("state")).toBe(state);
  return back.searchParams.get("code") ?? "";
};
const signIn = (more: object = {}) =>
  signInToServer({
    id: "wiki",
    server: { url: server.url },
    stateDir,
    redirectUrl,
    requestCode: agree,
    fetch,
    ...more,
  });

async function state(url = server.url) {
  const connection = createServerConnection({
    id: "wiki",
    server: { url },
    cwd: stateDir,
    env: {},
    stateDir,
    version: "1.0.0",
    clock: systemClock,
    timers: systemTimers,
    log: silentLog,
  });
  await connection.ensure();
  const { status } = connection;
  await connection.close();
  return status;
}

it("a server that wants a sign-in is there after one, and says before what to do", async () => {
  expect(await state()).toMatchObject({
    state: "failed",
    error: "it wants a sign-in. Sign in: openclaw mcp login wiki",
  });
  expect(server.requests).toEqual([]);
  await signIn();
  expect(await state()).toMatchObject({ state: "ready", tools: expect.arrayContaining(["echo"]) });
  const [register] = server.requests.filter(({ path: asked }) => asked === "/register");
  expect(register?.form).toMatchObject({
    client_name: "OpenClaw",
    redirect_uris: [redirectUrl],
    token_endpoint_auth_method: "none",
  });
  const token = server.requests.find(({ path: asked }) => asked === "/token");
  expect(token?.form).toMatchObject({ resource: server.url, client_id: "client-1", redirect_uri: redirectUrl });
});

it("tokens are for their owner's eyes, and for the server they were made for", async () => {
  await signIn();
  expect(statSync(file()).mode & 0o777).toBe(0o600);
  expect(statSync(path.dirname(file())).mode & 0o777).toBe(0o700);
  expect(JSON.parse(readFileSync(file(), "utf8"))).toMatchObject({ tokens: { access_token: "access-1" } });
  expect(await readSignIn(stateDir, "wiki", server.url)).toBeDefined();
  expect(await readSignIn(stateDir, "wiki", server.url.replace("/mcp", "/other"))).toBeUndefined();
  await forgetSignIn(stateDir, "wiki");
  expect(await readSignIn(stateDir, "wiki", server.url)).toBeUndefined();
});

it("a token that has run out is renewed without anybody, and kept", async () => {
  await signIn();
  server.accepted.clear();
  expect(await state()).toMatchObject({ state: "ready" });
  expect(JSON.parse(readFileSync(file(), "utf8"))).toMatchObject({
    tokens: { access_token: "access-2", refresh_token: "refresh-2" },
  });
  expect(server.requests.at(-1)?.form).toMatchObject({ grant_type: "refresh_token", refresh_token: "refresh-1" });
});

it("a sign-in that was withdrawn is forgotten, and has to be made again", async () => {
  await signIn();
  server.accepted.clear();
  server.withdraw();
  const { error } = await state();
  expect(error).toBe("it wants a sign-in. Sign in: openclaw mcp login wiki");
  expect(await readSignIn(stateDir, "wiki", server.url)).toBeUndefined();
  await signIn();
  expect(await state()).toMatchObject({ state: "ready" });
});

it("a client the authorization server knows is not registered again", async () => {
  await signIn({ clientId: "known", scope: "notes" });
  expect(server.requests.map(({ path: asked }) => asked)).not.toContain("/register");
  expect(server.requests.at(-1)?.form).toMatchObject({ client_id: "known" });
});

it("a wrong code signs nobody in", async () => {
  await expect(signIn({ requestCode: async () => "wrong" })).rejects.toThrow();
  expect(await readSignIn(stateDir, "wiki", server.url)).toBeUndefined();
});
