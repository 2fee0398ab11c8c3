import { createVerify, generateKeyPairSync } from "node:crypto";
import { once } from "node:events";
import { mkdirSync, rmSync, writeFileSync } from "node:fs";
import { createServer, type Server } from "node:http";
import path from "node:path";
import { silentLog } from "@openclaw/log";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createModels } from "../create-models.ts";
import { describeModelFailure } from "../failure/describe-model-failure.ts";
import { failoverOf } from "../failure/failover-reason.ts";
import { collect, userPrompt } from "../testing/collect.ts";
import { type ScriptedModelServer, startScriptedModelServer } from "../testing/scripted-model-server.ts";
import { temporaryState } from "../testing/temporary-state.ts";

let server: ScriptedModelServer;
let google: Server;
let address: string;
/** What Google's token and metadata server was asked. */
let asked: { path: string; body: URLSearchParams; flavor: unknown }[];
let refuses: boolean;

beforeEach(async () => {
  server = await startScriptedModelServer();
  asked = [];
  refuses = false;
  google = createServer(async (request, response) => {
    let body = "";
    for await (const chunk of request) body += chunk;
    asked.push({
      path: request.url ?? "",
      body: new URLSearchParams(body),
      flavor: request.headers["metadata-flavor"],
    });
    if (refuses) {
      response.writeHead(400, { "content-type": "application/json" });
      response.end('{"error":"invalid_grant","error_description":"Token has been revoked."}');
    } else if (request.url?.endsWith("/project-id")) response.end("machine-project");
    else response.end(JSON.stringify({ access_token: `ya29.${asked.length}`, expires_in: 3600 }));
  });
  google.listen(0, "127.0.0.1");
  await once(google, "listening");
  const at = google.address();
  address = typeof at === "object" && at ? `127.0.0.1:${at.port}` : "";
});
afterEach(async () => {
  await server.close();
  google.close();
  google.closeAllConnections();
});

const ref = { provider: "google-vertex", model: "gemini-3-pro-preview" };
const place = { GOOGLE_CLOUD_PROJECT: "mine", GOOGLE_CLOUD_LOCATION: "europe-west4" };

function vertex(env: NodeJS.ProcessEnv, { now = (): number => 1_000_000, baseUrl = server.url } = {}) {
  const config = { models: { providers: { "google-vertex": { baseUrl, models: [] } } } };
  const models = createModels({ config: () => config, env, log: silentLog, clock: { now } });
  return async () => {
    const resolved = await models.resolve(ref);
    const answer = await collect(resolved.languageModel, { prompt: userPrompt("hello") });
    return { ...answer, keySource: resolved.keySource };
  };
}

/** A home with the login of gcloud. */
function homeWith(content: object | string) {
  const { dir: home, write } = temporaryState();
  const file = path.join(home, ".config", "gcloud", "application_default_credentials.json");
  write(file, content);
  return { home, file };
}

const login = () => ({
  type: "authorized_user",
  client_id: "id",
  client_secret: "secret",
  refresh_token: "refresh",
  token_uri: `http://${address}/token`,
});

test("the login of gcloud signs requests to a project in a location, and its token is kept until shortly before its end", async () => {
  const { home } = homeWith(login());
  let now = 1_000_000;
  const ask = vertex({ ...place, HOME: home }, { now: () => now });
  const answer = await ask();
  expect(answer.error).toBeUndefined();
  expect(answer.keySource).toBe("gcloud adc");
  expect(server.lastRequest().path).toBe(
    "/v1/projects/mine/locations/europe-west4/publishers/google/models/gemini-3-pro-preview:streamGenerateContent?alt=sse",
  );
  expect(server.lastRequest().headers.authorization).toBe("Bearer ya29.1");
  expect(Object.fromEntries(asked[0]!.body)).toEqual({
    grant_type: "refresh_token",
    client_id: "id",
    client_secret: "secret",
    refresh_token: "refresh",
  });
  now += 54 * 60_000;
  await ask();
  expect(asked).toHaveLength(1);
  now += 2 * 60_000;
  await ask();
  expect(server.lastRequest().headers.authorization).toBe("Bearer ya29.2");
});

test("a service account asks with a token it has signed itself, for its own project", async () => {
  const { privateKey, publicKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const { home } = homeWith("{}");
  const file = path.join(home, "account.json");
  writeFileSync(
    file,
    JSON.stringify({
      type: "service_account",
      project_id: "of-the-account",
      private_key_id: "k1",
      private_key: privateKey.export({ type: "pkcs8", format: "pem" }),
      client_email: "bot@example.iam.gserviceaccount.com",
      token_uri: `http://${address}/token`,
    }),
  );
  await vertex({ GOOGLE_APPLICATION_CREDENTIALS: file, GOOGLE_CLOUD_LOCATION: "global", HOME: home })();
  expect(server.lastRequest().path).toContain("/v1/projects/of-the-account/locations/global/");
  const [header = "", claims = "", signature = ""] = (asked[0]?.body.get("assertion") ?? "").split(".");
  expect(JSON.parse(Buffer.from(header, "base64url").toString())).toEqual({ alg: "RS256", typ: "JWT", kid: "k1" });
  expect(JSON.parse(Buffer.from(claims, "base64url").toString())).toEqual({
    iss: "bot@example.iam.gserviceaccount.com",
    scope: "https://www.googleapis.com/auth/cloud-platform",
    aud: `http://${address}/token`,
    iat: 1000,
    exp: 4600,
  });
  expect(createVerify("RSA-SHA256").update(`${header}.${claims}`).verify(publicKey, signature, "base64url")).toBe(true);
});

test("without a file the role of the machine is asked", async () => {
  const { dir: HOME } = temporaryState();
  await vertex({ HOME, GCE_METADATA_HOST: address, GOOGLE_CLOUD_LOCATION: "us-central1" })();
  expect(server.lastRequest().path).toContain("/projects/machine-project/locations/us-central1/");
  expect(asked.map((each) => [each.path, each.flavor])).toEqual([
    ["/computeMetadata/v1/project/project-id", "Google"],
    ["/computeMetadata/v1/instance/service-accounts/default/token", "Google"],
  ]);
});

test("an address that names project and location is used as it is", async () => {
  const { home } = homeWith(login());
  await vertex({ HOME: home }, { baseUrl: `${server.url}/v1/projects/p/locations/l` })();
  expect(server.lastRequest().path).toMatch(
    /^\/v1\/projects\/p\/locations\/l\/publishers\/google\/models\/gemini-3-pro-/,
  );
});

test("credentials that are there make the models available; nothing is asked for that", async () => {
  const { home, file } = homeWith(login());
  const available = async () => {
    const models = createModels({ config: () => ({}), env: { ...place, HOME: home }, log: silentLog });
    return (await models.list({ all: true })).filter(({ provider }) => provider === "google-vertex");
  };
  expect((await available()).map(({ id, available }) => [id, available])).toContainEqual(["gemini-2.5-pro", true]);
  rmSync(file);
  expect((await available()).map(({ available }) => available)).not.toContain(true);
  expect(asked).toEqual([]);
});

test.each([
  ["a text that is no JSON", '{"private_key": "abc', /cannot be read: it is not JSON/],
  ["another type", { type: "external_account" }, /of the type "external_account".*service_account/],
  ["a login without its secret", { type: "authorized_user" }, /need client_id, client_secret and refresh_token/],
  [
    "a key that is none",
    { type: "service_account", client_email: "a@b", private_key: "abc" },
    /private_key in .* is no RSA key/,
  ],
])("%s is told in words, without what it holds, and the next model is tried", async (_name, content, message) => {
  const { home } = homeWith(content);
  const { error } = await vertex({ ...place, HOME: home })();
  const failure = describeModelFailure(error, ref);
  expect(failure.userMessage).toMatch(message);
  expect(failure.userMessage).not.toContain("abc");
  expect(failoverOf(failure)).toMatchObject({ kind: "rotate", reason: "auth" });
});

test("a login that was revoked, and a machine without any, say what to do", async () => {
  const { home } = homeWith(login());
  refuses = true;
  const revoked = await vertex({ ...place, HOME: home })();
  expect(describeModelFailure(revoked.error, ref).userMessage).toMatch(
    /gave no token: .*Token has been revoked\. Log in again: gcloud auth application-default login/,
  );
  const empty = path.join(home, "empty");
  mkdirSync(empty);
  const none = await vertex({ ...place, HOME: empty, GCE_METADATA_HOST: address })();
  expect(describeModelFailure(none.error, ref).userMessage).toMatch(/^No application default credentials found/);
});
