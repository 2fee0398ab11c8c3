import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { createAwsCredentials } from "./aws-credentials.ts";
import { awsRegion, signRequest } from "./sign-request.ts";

let home: string;
beforeEach(() => {
  home = mkdtempSync(path.join(tmpdir(), "openclaw-aws-"));
  mkdirSync(path.join(home, ".aws"));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

const nobody: typeof fetch = async () => {
  throw new TypeError("fetch failed");
};
const find = (env: NodeJS.ProcessEnv, fetchNow = nobody) =>
  createAwsCredentials({ env: { HOME: home, ...env }, fetch: fetchNow, now: () => 0 })();

test("the environment comes first", async () => {
  writeFileSync(path.join(home, ".aws", "credentials"), "[default]\naws_access_key_id=F\naws_secret_access_key=f\n");
  const env = { AWS_ACCESS_KEY_ID: "E", AWS_SECRET_ACCESS_KEY: "e", AWS_SESSION_TOKEN: "t" };
  expect(await find(env)).toEqual({ accessKeyId: "E", secretAccessKey: "e", sessionToken: "t" });
});

test("profiles are read from both files, the named one or the default", async () => {
  writeFileSync(
    path.join(home, ".aws", "credentials"),
    "[default]\naws_access_key_id = D\naws_secret_access_key = d/+=\n\n[work]\r\naws_access_key_id=W\r\naws_secret_access_key=w\r\naws_session_token=s\r\n",
  );
  writeFileSync(path.join(home, ".aws", "config"), "[profile play]\naws_access_key_id=P\naws_secret_access_key=p\n");
  expect(await find({})).toEqual({ accessKeyId: "D", secretAccessKey: "d/+=" });
  expect(await find({ AWS_PROFILE: "work" })).toEqual({
    accessKeyId: "W",
    secretAccessKey: "w",
    sessionToken: "s",
  });
  expect(await find({ AWS_PROFILE: "play" })).toMatchObject({ accessKeyId: "P" });
});

test("a machine's role is asked for, kept, and renewed before it ends", async () => {
  const asked: string[] = [];
  let now = 0;
  const role: typeof fetch = async (input, init) => {
    const { pathname } = new URL(String(input));
    asked.push(`${init?.method ?? "GET"} ${pathname}`);
    if (pathname.endsWith("/api/token")) return new Response("tok");
    if (pathname.endsWith("/security-credentials/")) return new Response("my-role\n");
    const Expiration = new Date(now + 3_600_000).toISOString();
    return Response.json({ AccessKeyId: "R", SecretAccessKey: "r", Token: "t", Expiration });
  };
  const credentials = createAwsCredentials({ env: { HOME: home }, fetch: role, now: () => now });
  const [first] = await Promise.all([credentials(), credentials()]);
  expect(first).toMatchObject({ accessKeyId: "R", sessionToken: "t" });
  await credentials();
  expect(asked).toEqual([
    "PUT /latest/api/token",
    "GET /latest/meta-data/iam/security-credentials/",
    "GET /latest/meta-data/iam/security-credentials/my-role",
  ]);
  now = 3_400_000;
  await credentials();
  expect(asked).toHaveLength(6);
});

test("a container's role is asked for at its address", async () => {
  const container: typeof fetch = async (input) => {
    expect(String(input)).toBe("http://169.254.170.2/v2/credentials/x");
    return Response.json({ AccessKeyId: "C", SecretAccessKey: "c" });
  };
  const env = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: "/v2/credentials/x" };
  expect(await find(env, container)).toEqual({ accessKeyId: "C", secretAccessKey: "c" });
});

test("without any the error says where they can be put", async () => {
  await expect(find({})).rejects.toMatchObject({
    code: "no-api-key",
    message: expect.stringContaining("AWS_BEARER_TOKEN_BEDROCK"),
  });
});

test("a signature covers the body, the region and the session", () => {
  const request = { method: "POST", url: "https://x.example/model/a%3A0/converse", service: "bedrock" } as const;
  const credentials = { accessKeyId: "A", secretAccessKey: "s", sessionToken: "t" };
  const sign = (body: string, region: string) => signRequest({ ...request, body, region }, credentials);
  const signed = sign("{}", "eu-west-1");
  expect(signed["x-amz-security-token"]).toBe("t");
  expect(signed.authorization).toMatch(
    /^AWS4-HMAC-SHA256 Credential=A\/\d{8}\/eu-west-1\/bedrock\/aws4_request, SignedHeaders=/,
  );
  const signature = (headers: Record<string, string>) => /Signature=(\w+)/.exec(headers.authorization ?? "")?.[1];
  expect(signature(sign('{"a":1}', "eu-west-1"))).not.toBe(signature(signed));
  expect(signature(sign("{}", "us-east-1"))).not.toBe(signature(signed));
});

test.each([
  ["https://bedrock-runtime.ap-south-1.amazonaws.com/model/x", {}, "ap-south-1"],
  ["http://127.0.0.1:1/x", { AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "x" }, "eu-west-1"],
  ["http://127.0.0.1:1/x", { AWS_DEFAULT_REGION: "eu-west-3" }, "eu-west-3"],
  ["http://127.0.0.1:1/x", {}, "us-east-1"],
])("the region of %s is known", (url, env, region) => {
  expect(awsRegion(url, env)).toBe(region);
});
