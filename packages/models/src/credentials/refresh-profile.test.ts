import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { silentLog } from "@openclaw/log";
import { afterEach, expect, test } from "vitest";
import { type AuthAnswer, type FakeAuthServer, startFakeAuthServer } from "../testing/fake-auth-server.ts";
import { temporaryState } from "../testing/temporary-state.ts";
import { type Credentials, createCredentials } from "./credentials.ts";
import type { RefreshOAuth } from "./oauth-provider.ts";

let server: FakeAuthServer | undefined;
const children: ChildProcess[] = [];
afterEach(async () => {
  for (const child of children.splice(0)) child.kill();
  await server?.close();
});

const oauth = (more: object = {}) => ({
  type: "oauth",
  provider: "qwen-portal",
  access: "old",
  refresh: "r0",
  expires: 1,
  ...more,
});

function credentials(dir: string, refresh: RefreshOAuth, agents: string[] = []): Credentials {
  return createCredentials({
    stateDir: dir,
    config: () => ({ agents: { list: agents.map((id) => ({ id })) } }),
    env: {},
    fetch,
    now: Date.now,
    log: silentLog,
    normalize: (id) => id,
    refreshers: { "qwen-portal": async () => refresh },
  });
}

test("two processes that need a new token ask for one", async () => {
  const answers: AuthAnswer = { body: { access_token: "new", refresh_token: "r1", expires_in: 3600 } };
  server = await startFakeAuthServer(() => answers);
  const state = temporaryState();
  state.profiles({ version: 1, profiles: { "qwen-portal:default": oauth() } });
  const script = fileURLToPath(new URL("../testing/refresh-process.ts", import.meta.url));
  const lines = await Promise.all(
    [1, 2].map(async () => {
      const child = spawn(process.execPath, ["--conditions=@openclaw/source", script, state.dir, server?.url ?? ""], {
        stdio: ["pipe", "pipe", "inherit"],
      });
      children.push(child);
      const reader = createInterface({ input: child.stdout });
      await once(reader, "line");
      return { child, reader };
    }),
  );
  const results = await Promise.all(
    lines.map(async ({ child, reader }) => {
      const line = once(reader, "line");
      child.stdin?.write("go\n");
      return JSON.parse(String((await line)[0]));
    }),
  );
  expect(results).toEqual([
    { kind: "token", token: "new" },
    { kind: "token", token: "new" },
  ]);
  expect(server.requests).toHaveLength(1);
  expect(state.readProfiles()).toMatchObject({ profiles: { "qwen-portal:default": { access: "new", refresh: "r1" } } });
});

test("requests at the same time share one renewal, and a refresh token that is not replaced stays", async () => {
  const state = temporaryState();
  state.profiles({ profiles: { "qwen-portal:default": oauth() } });
  let asked = 0;
  const made = credentials(state.dir, async (credential) => {
    asked += 1;
    return { ...credential, access: "new", refresh: "", expires: Date.now() + 60_000 };
  });
  const source = made.source("qwen-portal:default", "qwen-portal");
  const all = await Promise.all([source(), source(), source()]);
  expect(all).toEqual(Array(3).fill({ kind: "token", token: "new" }));
  expect(asked).toBe(1);
  expect(state.readProfiles()).toMatchObject({ profiles: { "qwen-portal:default": { refresh: "r0" } } });
});

test("a renewal that fails is told in words and leaves the profile as it was", async () => {
  const state = temporaryState();
  state.profiles({ profiles: { "qwen-portal:default": oauth() } });
  const made = credentials(state.dir, () => Promise.reject(new Error("the server is on fire.")));
  await expect(made.source("qwen-portal:default", "qwen-portal")()).rejects.toMatchObject({
    code: "auth-refresh-failed",
    message: "OAuth token refresh failed for qwen-portal: the server is on fire. Please try again or re-authenticate.",
  });
  expect(state.readProfiles()).toMatchObject({ profiles: { "qwen-portal:default": { access: "old", refresh: "r0" } } });
});

test("an agent whose copy cannot be renewed uses the default agent's, when that is still good", async () => {
  const state = temporaryState();
  state.profiles({ profiles: { "qwen-portal:default": oauth({ access: "fresh", expires: Date.now() + 60_000 }) } });
  state.profiles({ profiles: { "qwen-portal:default": oauth() } }, "work");
  const made = credentials(state.dir, () => Promise.reject(new Error("no")), ["main", "work"]);
  await expect(made.source("qwen-portal:default", "qwen-portal", "work")()).resolves.toEqual({
    kind: "token",
    token: "fresh",
  });
});

test("a token the provider has refused before its time is renewed once", async () => {
  const state = temporaryState();
  state.profiles({ profiles: { "qwen-portal:default": oauth({ expires: Date.now() + 3_600_000 }) } });
  const made = credentials(state.dir, async (credential) => ({
    ...credential,
    access: "new",
    expires: Date.now() + 60_000,
  }));
  expect(await made.renew("qwen-portal:default")).toBe(true);
  expect(await made.source("qwen-portal:default", "qwen-portal")()).toEqual({ kind: "token", token: "new" });
});
