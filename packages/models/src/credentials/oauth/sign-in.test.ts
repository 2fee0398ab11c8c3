import { createHash } from "node:crypto";
import { afterEach, describe, expect, test } from "vitest";
import { testAuthContext } from "../../testing/auth-context.ts";
import {
  type AuthAnswer,
  type AuthRequest,
  type FakeAuthServer,
  startFakeAuthServer,
} from "../../testing/fake-auth-server.ts";
import { anthropicAuth, setupTokenProblem } from "./anthropic.ts";
import type { AuthContext, AuthMethod, ProviderAuth } from "./auth-method.ts";
import { listenForCallback } from "./callback-server.ts";
import { chutesAuth } from "./chutes.ts";
import { gitHubCopilotAuth } from "./github-copilot.ts";
import { miniMaxPortalAuth } from "./minimax-portal.ts";
import { openAICodexAuth, refreshOpenAICodex } from "./openai-codex.ts";
import { readPastedCallback } from "./pasted-callback.ts";
import { qwenPortalAuth, refreshQwen } from "./qwen-portal.ts";

const start = Date.parse("2026-02-13T10:00:00Z");
let server: FakeAuthServer | undefined;
afterEach(() => server?.close());

async function authServer(answer: (request: AuthRequest, count: number) => AuthAnswer): Promise<FakeAuthServer> {
  server = await startFakeAuthServer(answer);
  return server;
}

function method(auth: ProviderAuth, id = auth.auth[0]?.id): AuthMethod {
  const found = auth.auth.find((each) => each.id === id);
  if (!found) throw new Error(`${auth.id} has no method ${id}`);
  return found;
}

function jwt(claims: object): string {
  return `e30.${Buffer.from(JSON.stringify(claims)).toString("base64url")}.sig`;
}

const codexToken = jwt({
  "https://api.openai.com/auth": { chatgpt_account_id: "acct-1" },
  "https://api.openai.com/profile": { email: "me@example.com" },
});
const codexAnswer: AuthAnswer = { body: { access_token: codexToken, refresh_token: "r1", expires_in: 3600 } };

/** Follows an authorisation address as a browser does that is signed in already. */
function browser(change: (query: URLSearchParams) => void = () => {}) {
  const seen: { url?: URL; answers: { status: number; text: string }[] } = { answers: [] };
  const listeners: { port: number }[] = [];
  const context: Pick<AuthContext, "openUrl" | "listen"> = {
    async listen(options) {
      const listener = await listenForCallback({ ...options, port: 0 });
      if (listener) listeners.push(listener);
      return listener;
    },
    async openUrl(address) {
      const url = new URL(address);
      seen.url = url;
      const redirect = new URL(url.searchParams.get("redirect_uri") ?? "");
      const query = new URLSearchParams({ code: "the-code", state: url.searchParams.get("state") ?? "" });
      change(query);
      const response = await fetch(`http://127.0.0.1:${listeners.at(-1)?.port}${redirect.pathname}?${query}`);
      seen.answers.push({ status: response.status, text: await response.text() });
      return true;
    },
  };
  return { seen, context };
}

/** Pauses that last until the sign-in is over: the browser is quicker. */
const patient: AuthContext["wait"] = (_ms, signal) =>
  new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));

describe("OpenAI Codex", () => {
  test("signs in through the browser with a proof key, and keeps the account", async () => {
    const { fetch, requests } = await authServer(() => codexAnswer);
    const { seen, context } = browser();
    const result = await method(openAICodexAuth).run(testAuthContext({ fetch, ...context, wait: patient }));
    expect(result).toEqual({
      profiles: [
        {
          profileId: "openai-codex:me@example.com",
          credential: {
            type: "oauth",
            provider: "openai-codex",
            access: codexToken,
            refresh: "r1",
            expires: start + 3_600_000,
            accountId: "acct-1",
            email: "me@example.com",
          },
        },
      ],
      defaultModel: "openai-codex/gpt-5.3-codex",
    });
    const query = Object.fromEntries(seen.url?.searchParams ?? []);
    expect(`${seen.url?.origin}${seen.url?.pathname}`).toBe("https://auth.openai.com/oauth/authorize");
    expect(query).toMatchObject({
      response_type: "code",
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      redirect_uri: "http://localhost:1455/auth/callback",
      scope: "openid profile email offline_access",
      code_challenge_method: "S256",
      id_token_add_organizations: "true",
      codex_cli_simplified_flow: "true",
    });
    const [request] = requests;
    expect(request?.path).toBe("/oauth/token");
    expect(request?.form).toMatchObject({ grant_type: "authorization_code", code: "the-code" });
    const verifier = request?.form.code_verifier ?? "";
    expect(createHash("sha256").update(verifier).digest("base64url")).toBe(query.code_challenge);
    expect(seen.answers[0]?.status).toBe(200);
  });

  test("an answer with another state gets HTTP 400 and nothing is stored", async () => {
    const { fetch, requests } = await authServer(() => codexAnswer);
    const { seen, context } = browser((query) => query.set("state", "forged"));
    const run = method(openAICodexAuth).run(testAuthContext({ fetch, ...context, answers: ["the-code#forged"] }));
    await expect(run).rejects.toMatchObject({ code: "state-mismatch" });
    expect(seen.answers).toEqual([{ status: 400, text: "State mismatch\n" }]);
    expect(requests).toHaveLength(0);
  });

  test.each([
    ["the whole address", (state: string) => `http://localhost:1455/auth/callback?code=pasted&state=${state}`],
    ["code#state", (state: string) => `pasted#${state}`],
    ["code=…&state=…", (state: string) => `code=pasted&state=${state}`],
    ["the bare code", () => "pasted"],
  ])("a remote machine opens no browser and takes what is pasted: %s", async (_name, paste) => {
    const { fetch } = await authServer(() => codexAnswer);
    const context = testAuthContext({ fetch, isRemote: true, openUrl: () => Promise.reject(new Error("opened")) });
    context.prompter.text = async (question) => {
      const state = new URL(/https:\S+/.exec(context.notes.join())?.[0] ?? "").searchParams.get("state");
      expect(question.validate?.("x")).toBeUndefined();
      return paste(state ?? "");
    };
    await expect(method(openAICodexAuth).run(context)).resolves.toMatchObject({
      profiles: [{ profileId: expect.stringMatching(/^openai-codex:/), credential: { type: "oauth" } }],
    });
    expect(server?.requests[0]?.form.code).toBe("pasted");
  });

  test("when the port is taken, or nothing comes back in a minute, a paste is asked for", async () => {
    const { fetch } = await authServer(() => codexAnswer);
    const taken = testAuthContext({ fetch, answers: ["bare-code"], listen: async () => undefined });
    await method(openAICodexAuth).run(taken);
    const late = testAuthContext({ fetch, answers: ["late-code"] });
    await method(openAICodexAuth).run(late);
    expect(late.waits).toEqual([60_000]);
    expect(server?.requests.map(({ form }) => form.code)).toEqual(["bare-code", "late-code"]);
  });

  test("a token without an account is refused, and the renewal keeps what it must", async () => {
    const { fetch } = await authServer((_request, count) =>
      count === 1 ? { body: { access_token: jwt({}), expires_in: 1 } } : codexAnswer,
    );
    const run = method(openAICodexAuth).run(testAuthContext({ fetch, isRemote: true, answers: ["c"] }));
    await expect(run).rejects.toMatchObject({ code: "unexpected-answer" });
    const signal = new AbortController().signal;
    const credential = { type: "oauth", provider: "openai-codex", access: "old", refresh: "r0", expires: 1 } as const;
    const renewed = await refreshOpenAICodex(credential, { fetch, now: () => start, env: {}, signal });
    expect(renewed).toMatchObject({ access: codexToken, refresh: "r1", accountId: "acct-1" });
    expect(server?.requests[1]?.form).toEqual({
      grant_type: "refresh_token",
      client_id: "app_EMoamEEZ73f0CkXaXp7hrann",
      refresh_token: "r0",
    });
  });
});

test.each([
  ["https://localhost:1455/auth/callback?code=c1&state=s", "c1"],
  ["c2#s", "c2"],
  ["code=c3&state=s", "c3"],
  ["  c4 ", "c4"],
])("a paste of %s holds the code", (pasted, code) => {
  expect(readPastedCallback(pasted, "s")).toBe(code);
});

test.each(["c#other", "code=c&state=other", "http://localhost/x?code=c&state=other"])(
  "a paste of another sign-in (%s) is refused",
  (pasted) => {
    expect(() => readPastedCallback(pasted, "s")).toThrow("State mismatch");
  },
);

test("a paste without a code says what to paste", () => {
  expect(() => readPastedCallback("http://localhost/x?error=denied", "s")).toThrow("no authorization code");
});

test("a setup-token is checked before it is kept, and kept as a token that is not renewed", async () => {
  const token = `sk-ant-oat01-${"a".repeat(90)}`;
  expect(setupTokenProblem("")).toBe("Required");
  expect(setupTokenProblem("sk-ant-api03-x")).toBe("Expected token starting with sk-ant-oat01-");
  expect(setupTokenProblem("sk-ant-oat01-short")).toBe("Token looks too short; paste the full setup-token");
  const result = await method(anthropicAuth).run(testAuthContext({ fetch, answers: [`${token}\n`] }));
  expect(result.profiles).toEqual([
    { profileId: "anthropic:manual", credential: { type: "token", provider: "anthropic", token } },
  ]);
});

describe("GitHub Copilot", () => {
  const code: AuthAnswer = {
    body: { device_code: "d", user_code: "AB-12", verification_uri: "https://github.com/login/device", interval: 5 },
  };

  test("shows the code, waits as it is told and keeps the token", async () => {
    const answers: AuthAnswer[] = [
      code,
      { body: { error: "authorization_pending" } },
      { body: { error: "slow_down" } },
      { body: { access_token: "gho_token" } },
    ];
    const { fetch } = await authServer((_request, count) => answers[count - 1] ?? code);
    const context = testAuthContext({ fetch });
    const result = await method(gitHubCopilotAuth).run(context);
    expect(context.notes.join()).toContain("AB-12");
    expect(context.waits).toEqual([5000, 5000, 7000]);
    expect(server?.requests[0]?.form).toEqual({ client_id: "Iv1.b507a08c87ecfe98", scope: "read:user" });
    expect(result.profiles).toEqual([
      {
        profileId: "github-copilot:github",
        credential: { type: "token", provider: "github-copilot", token: "gho_token" },
      },
    ]);
  });

  test.each([
    ["expired_token", "expired"],
    ["access_denied", "refused"],
    ["something_else", "refused"],
  ])("ends at %s", async (error, expected) => {
    const { fetch } = await authServer((_request, count) => (count === 1 ? code : { body: { error } }));
    await expect(method(gitHubCopilotAuth).run(testAuthContext({ fetch }))).rejects.toMatchObject({ code: expected });
  });

  test("gives up when the code has run out", async () => {
    const { fetch } = await authServer((_request, count) =>
      count === 1 ? { body: { ...Object(code.body), expires_in: 12 } } : { body: { error: "authorization_pending" } },
    );
    await expect(method(gitHubCopilotAuth).run(testAuthContext({ fetch }))).rejects.toMatchObject({ code: "expired" });
  });
});

test("Qwen: the code is polled more slowly when asked, and the answer names the address", async () => {
  const answers: AuthAnswer[] = [
    {
      body: {
        device_code: "d",
        user_code: "U",
        verification_uri_complete: "https://chat.qwen.ai/x?u=U",
        expires_in: 600,
      },
    },
    { status: 400, body: { error: "authorization_pending" } },
    { status: 429, body: { error: "slow_down" } },
    { body: { access_token: "qa", refresh_token: "qr", expires_in: 100, resource_url: "dashscope.example" } },
  ];
  const { fetch, requests } = await authServer((_request, count) => answers[count - 1] ?? { body: {} });
  const context = testAuthContext({ fetch });
  const result = await method(qwenPortalAuth).run(context);
  expect(context.waits).toEqual([2000, 2000, 3000]);
  expect(requests[0]).toMatchObject({
    path: "/api/v1/oauth2/device/code",
    form: { client_id: "f0304373b74a44d2b584a3fb70ca9e56", code_challenge_method: "S256" },
  });
  const verifier = requests[1]?.form.code_verifier ?? "";
  expect(createHash("sha256").update(verifier).digest("base64url")).toBe(requests[0]?.form.code_challenge);
  expect(result.profiles[0]?.credential).toMatchObject({ type: "oauth", access: "qa", refresh: "qr" });
  expect(result.configPatch).toMatchObject({
    models: { providers: { "qwen-portal": { baseUrl: "https://dashscope.example/v1" } } },
  });
});

test("Qwen: a refused renewal says how to sign in again", async () => {
  const { fetch } = await authServer(() => ({ status: 400, body: { error: "invalid_grant" } }));
  const credential = { type: "oauth", provider: "qwen-portal", access: "a", refresh: "r", expires: 1 } as const;
  const signal = new AbortController().signal;
  await expect(refreshQwen(credential, { fetch, now: () => start, env: {}, signal })).rejects.toThrow(
    "Qwen OAuth refresh token expired or invalid. Re-authenticate with `openclaw models auth login --provider qwen-portal`.",
  );
});

test("MiniMax: the end of the token is an absolute time, and China has an address of its own", async () => {
  const { fetch, requests } = await authServer((request, count) =>
    request.path === "/oauth/code"
      ? {
          body: {
            user_code: "U",
            verification_uri: "https://minimaxi.com/x",
            expired_in: start + 60_000,
            interval: 1500,
            state: request.form.state,
          },
        }
      : count === 2
        ? { body: { status: "pending" } }
        : { body: { status: "success", access_token: "ma", refresh_token: "mr", expired_in: start + 9_000_000 } },
  );
  const context = testAuthContext({ fetch });
  const result = await method(miniMaxPortalAuth, "oauth-cn").run(context);
  expect(context.waits).toEqual([1500, 1500]);
  expect(requests[1]?.form).toMatchObject({
    grant_type: "urn:ietf:params:oauth:grant-type:user_code",
    client_id: "78257093-7e40-4613-99e0-527b14b39113",
    user_code: "U",
  });
  expect(result.profiles[0]?.credential).toMatchObject({ access: "ma", refresh: "mr", expires: start + 9_000_000 });
  expect(result.configPatch).toMatchObject({
    models: { providers: { "minimax-portal": { baseUrl: "https://api.minimaxi.com/anthropic" } } },
  });
});

test("MiniMax: an answer of another sign-in is refused", async () => {
  const { fetch } = await authServer(() => ({
    body: { user_code: "U", verification_uri: "https://x", expired_in: start + 1, state: "forged" },
  }));
  await expect(method(miniMaxPortalAuth).run(testAuthContext({ fetch }))).rejects.toMatchObject({
    code: "state-mismatch",
  });
});

test("Chutes: asks for the client id, sends the secret when there is one and names the profile after the user", async () => {
  const { fetch, requests } = await authServer((request) =>
    request.path === "/idp/userinfo"
      ? { body: { username: "someone" } }
      : { body: { access_token: "ca", refresh_token: "cr", expires_in: 3600 } },
  );
  const { seen, context } = browser();
  const result = await method(chutesAuth).run(
    testAuthContext({ fetch, ...context, wait: patient, answers: ["my-app"], env: { CHUTES_CLIENT_SECRET: "shh" } }),
  );
  expect(Object.fromEntries(seen.url?.searchParams ?? [])).toMatchObject({
    client_id: "my-app",
    redirect_uri: "http://127.0.0.1:1456/oauth-callback",
    scope: "openid profile chutes:invoke",
  });
  expect(requests[0]?.form).toMatchObject({ client_secret: "shh", code: "the-code" });
  expect(result.profiles).toEqual([
    {
      profileId: "chutes:someone",
      credential: {
        type: "oauth",
        provider: "chutes",
        access: "ca",
        refresh: "cr",
        expires: start + 3_300_000,
        clientId: "my-app",
        email: "someone",
      },
    },
  ]);
});
