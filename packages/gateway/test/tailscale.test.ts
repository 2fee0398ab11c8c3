import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { afterEach, beforeEach, expect, it } from "vitest";
import type { Json } from "../src/testing/raw-client.ts";
import { createDevice } from "../src/testing/test-device.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let bin: string;
let gateway: TestGateway | undefined;
const calls = () => {
  const file = path.join(bin, "calls");
  return fs.existsSync(file) ? fs.readFileSync(file, "utf8").trim().split("\n") : [];
};
/** A `tailscale` that notes how it is called and answers what a test says. */
const fakeTailscale = (answers: { whois?: object; serve?: "ok" | "denied" } = {}) => {
  const whois = answers.whois === undefined ? "exit 1" : `echo '${JSON.stringify(answers.whois)}'`;
  const script = `#!/bin/sh
echo "$*" >> ${bin}/calls
case "$1" in
  whois) ${whois} ;;
  status) echo '{"Self":{"DNSName":"mac.tail1.ts.net.","TailscaleIPs":["100.101.102.103"]}}' ;;
  serve|funnel) ${answers.serve === "denied" ? 'echo "access denied: not an operator" >&2; exit 1' : "exit 0"} ;;
esac
`;
  fs.writeFileSync(path.join(bin, "tailscale"), script, { mode: 0o755 });
};
beforeEach(() => {
  bin = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-bin-"));
});
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
  fs.rmSync(bin, { recursive: true, force: true });
});
const start = async (section: Json) => {
  gateway = await startTestGateway({ config: { gateway: section }, env: { PATH: `${bin}:${process.env.PATH}` } });
  return gateway;
};
const viaServe = (login: string | undefined) => ({
  host: "mac.tail1.ts.net",
  headers: {
    "x-forwarded-for": "100.64.0.9",
    "x-forwarded-proto": "https",
    "x-forwarded-host": "mac.tail1.ts.net",
    ...(login === undefined ? {} : { "tailscale-user-login": login }),
  },
});

const known = { UserProfile: { LoginName: "Ada@example.com" } };

/** What a device without a secret gets that comes through Tailscale Serve. */
async function connectAs(own: TestGateway, login: string | undefined, auth: Json = {}) {
  const client = own.open({ ...viaServe(login), token: "" });
  const answer = await client.connect({ protocol: 4, device: createDevice(), auth });
  return { client, answer };
}

it("lets in whom Tailscale confirms, once the device is paired", async () => {
  fakeTailscale({ whois: known });
  const own = await start({ tailscale: { mode: "serve" } });
  const admin = await own.connect();
  const device = createDevice();
  const first = await own
    .open({ ...viaServe("ada@example.com "), token: "" })
    .connect({ protocol: 4, device, auth: {} });
  expect(first.error).toMatchObject({ code: "NOT_PAIRED" });
  const requestId = (first.error?.details as Json | undefined)?.requestId;
  await admin.request("device.pair.approve", { requestId });
  const again = own.open({ ...viaServe("ada@example.com"), token: "" });
  const answer = await again.connect({ protocol: 4, device, auth: {} });
  expect(answer.payload).toMatchObject({ type: "hello-ok", auth: { method: "tailscale" } });
  // The answer is good for a minute, so the program was asked once.
  expect(calls().filter((line) => line.startsWith("whois"))).toEqual(["whois --json 100.64.0.9"]);
});

it("does not believe the header alone", async () => {
  fakeTailscale({ whois: { UserProfile: { LoginName: "eve@example.com" } } });
  const own = await start({ tailscale: { mode: "serve" } });
  const { answer } = await connectAs(own, "ada@example.com");
  expect(answer.error?.message).toBe(
    "unauthorized: gateway token missing (set gateway.remote.token to match gateway.auth.token)",
  );
  fakeTailscale({});
  expect((await connectAs(own, "ada@example.com")).answer.ok).toBe(false);
});

it("asks nobody without all of the headers, or where such users are not let in", async () => {
  fakeTailscale({ whois: known });
  const own = await start({ tailscale: { mode: "serve" } });
  expect((await connectAs(own, undefined)).answer.ok).toBe(false);
  const bare = own.open({
    host: "mac.tail1.ts.net",
    headers: { "tailscale-user-login": "ada@example.com", "x-forwarded-for": "100.64.0.9" },
    token: "",
  });
  expect((await bare.connect({ protocol: 4, device: createDevice(), auth: {} })).ok).toBe(false);
  await own.close();
  const other = await start({ auth: { allowTailscale: false }, tailscale: { mode: "serve" } });
  expect((await connectAs(other, "ada@example.com")).answer.ok).toBe(false);
  expect(calls().filter((line) => line.startsWith("whois"))).toEqual([]);
});

it("what a client sends while Tailscale is asked is answered afterwards", async () => {
  fakeTailscale({ whois: known });
  const own = await start({ tailscale: { mode: "serve" } });
  const client = own.open(viaServe("ada@example.com"));
  await client.event("connect.challenge");
  const hello = client.connect({ protocol: 4, scopes: ["operator.read"] });
  await new Promise((turn) => setImmediate(turn));
  client.send({ type: "req", id: "early", method: "health" });
  expect((await hello).ok).toBe(true);
  expect((await client.response("early")).ok).toBe(true);
});

it.each(["serve", "funnel"] as const)(
  "puts the port on %s, and takes it off at the end when asked to",
  async (mode) => {
    fakeTailscale();
    const auth = mode === "funnel" ? { mode: "password", password: "p", token: undefined } : {};
    const own = await start({ auth, tailscale: { mode, resetOnExit: true } });
    const { port } = own;
    while (!own.log().includes("mac.tail1.ts.net")) await new Promise((turn) => setImmediate(turn));
    expect(calls()).toContain(`${mode} --bg --yes ${port}`);
    await own.close();
    expect(calls().at(-1)).toBe(`${mode} --bg --yes ${port} off`);
  },
);

it("leaves the exposure as it is without resetOnExit, and goes on when it cannot be made", async () => {
  fakeTailscale({ serve: "denied" });
  fs.writeFileSync(path.join(bin, "sudo"), `#!/bin/sh\necho "sudo $*" >> ${bin}/calls\nexit 1\n`, { mode: 0o755 });
  const own = await start({ tailscale: { mode: "serve" } });
  while (!own.log().includes("could not be set up")) await new Promise((turn) => setImmediate(turn));
  expect(calls()).toContain(`sudo -n tailscale serve --bg --yes ${own.port}`);
  expect((await (await own.connect()).request("health", {})).ok).toBe(true);
  await own.close();
  expect(calls().filter((line) => line.endsWith("off"))).toEqual([]);
});

it("starts neither with a funnel without password nor with serve on another address", async () => {
  const refusal = (section: Json) =>
    startTestGateway({ config: { gateway: section } }).then(
      () => "started",
      (error: unknown) => String(error),
    );
  expect(await refusal({ tailscale: { mode: "funnel" } })).toContain(
    "tailscale funnel requires gateway auth mode=password (set gateway.auth.password or OPENCLAW_GATEWAY_PASSWORD)",
  );
  expect(await refusal({ bind: "lan", tailscale: { mode: "serve" } })).toContain(
    "tailscale serve/funnel requires gateway bind=loopback (127.0.0.1)",
  );
});

it("whom Tailscale confirms needs no secret for the HTTP APIs, unless a page of another site asks, and for metrics", async () => {
  fakeTailscale({ whois: known });
  const own = await start({ tailscale: { mode: "serve" } });
  const ask = (login: string | undefined, more: Record<string, string> = {}, path = "/tools/invoke", method = "POST") =>
    fetch(`${own.httpUrl}${path}`, {
      method,
      headers: { ...viaServe(login).headers, ...more },
      ...(method === "POST" ? { body: JSON.stringify({ tool: "sessions_list" }) } : {}),
    }).then(({ status }) => status);
  expect(await ask("ada@example.com")).toBe(200);
  expect(await ask("eve@example.com")).toBe(401);
  expect(await ask(undefined)).toBe(401);
  expect(await ask("ada@example.com", { origin: "https://evil.example" })).toBe(401);
  expect(await ask("ada@example.com", { authorization: "Bearer wrong" })).toBe(401);
  expect(await ask("ada@example.com", {}, "/metrics", "GET")).toBe(401);
});

it("the headers of Tailscale say nothing where its users need a secret", async () => {
  fakeTailscale({ whois: known });
  const own = await start({ auth: { mode: "token", token: "t0k", allowTailscale: false } });
  const answer = await fetch(`${own.httpUrl}/tools/invoke`, {
    method: "POST",
    headers: viaServe("ada@example.com").headers,
    body: "{}",
  });
  expect(answer.status).toBe(401);
});
