import { readFileSync, statSync } from "node:fs";
import { join } from "node:path";
import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModels } from "../create-models.ts";
import { collect, userPrompt } from "../testing/collect.ts";
import { type ScriptedModelServer, startScriptedModelServer } from "../testing/scripted-model-server.ts";
import { temporaryState } from "../testing/temporary-state.ts";

let server: ScriptedModelServer;
beforeEach(async () => {
  server = await startScriptedModelServer();
});
afterEach(() => server.close());

const start = Date.parse("2026-02-13T10:00:00Z");
const minute = 60_000;

/** GitHub and Copilot as one network: the exchange is answered here, everything else by the scripted server. */
function network(tokens: readonly { token: string; expires_at: number }[]) {
  const asked: { url: string; authorization: string | null }[] = [];
  let given = 0;
  const answer: typeof fetch = async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input);
    asked.push({ url: url.href, authorization: new Headers(init?.headers).get("authorization") });
    if (url.pathname === "/copilot_internal/v2/token") return Response.json(tokens[given++] ?? {}, { status: 200 });
    return fetch(`${server.openaiUrl}/chat/completions`, init);
  };
  return { asked, fetch: answer };
}

function copilot(fetchNow: typeof fetch, now = () => start) {
  const state = temporaryState();
  const credential = { type: "token", provider: "github-copilot", token: "gho_mine" };
  state.profiles({ version: 1, profiles: { "github-copilot:github": credential } });
  const config = {};
  const options = { config: () => config, env: {}, log: silentLog, fetch: fetchNow, stateDir: state.dir };
  const models = createModels({ ...options, clock: { now } });
  const ask = async () => {
    const { languageModel } = await models.resolve({ provider: "github-copilot", model: "gpt-4o" });
    return collect(languageModel, { prompt: userPrompt("hi") });
  };
  return { ask, file: join(state.dir, "credentials", "github-copilot.token.json") };
}

test("requests go to the address that the exchanged token names, signed with that token", async () => {
  const token = "tid=1;exp=2;proxy-ep=proxy.business.example.com;sku=x";
  const { asked, fetch } = network([{ token, expires_at: (start + 30 * minute) / 1000 }]);
  const { ask, file } = copilot(fetch);
  expect((await ask()).text.trim()).toBe("You said: hi");
  expect(asked).toEqual([
    { url: "https://api.github.com/copilot_internal/v2/token", authorization: "Bearer gho_mine" },
    { url: "https://api.business.example.com/chat/completions", authorization: `Bearer ${token}` },
  ]);
  expect(JSON.parse(readFileSync(file, "utf8"))).toMatchObject({
    token,
    expiresAt: start + 30 * minute,
    updatedAt: start,
  });
  expect(statSync(file).mode & 0o777).toBe(0o600);
});

test("a token that names no address goes to the usual one, and is exchanged anew five minutes before its end", async () => {
  const first = { token: "one", expires_at: (start + 30 * minute) / 1000 };
  const second = { token: "two;proxy-ep=proxy.other.example.com", expires_at: (start + 60 * minute) / 1000 };
  const { asked, fetch } = network([first, second]);
  let now = start;
  const { ask } = copilot(fetch, () => now);
  await ask();
  now = start + 24 * minute;
  await ask();
  now = start + 26 * minute;
  await ask();
  expect(asked.map(({ url }) => url)).toEqual([
    "https://api.github.com/copilot_internal/v2/token",
    "https://api.individual.githubcopilot.com/chat/completions",
    "https://api.individual.githubcopilot.com/chat/completions",
    "https://api.github.com/copilot_internal/v2/token",
    "https://api.other.example.com/chat/completions",
  ]);
});
