import { execFileSync } from "node:child_process";
import fs from "node:fs";
import path from "node:path";
import { createGatewayClient, type GatewayClient } from "@openclaw/client";
import { loadDeviceIdentity, pinnedWebSocket } from "@openclaw/client/node";
import { afterEach, expect, it } from "vitest";
import { startTestGateway, type TestGateway, type TestGatewayOptions, testToken } from "../src/testing/test-gateway.ts";

let gateway: TestGateway;
const clients: GatewayClient[] = [];
const start = async (tls: object, options: TestGatewayOptions = {}) => {
  gateway = await startTestGateway({ ...options, config: { gateway: { tls: { enabled: true, ...tls } } } });
};
afterEach(async () => {
  for (const client of clients.splice(0)) client.close();
  await gateway?.close();
});

const url = () => `wss://127.0.0.1:${gateway.port}`;
const certificate = () => path.join(gateway.stateDir, "gateway", "tls", "gateway-cert.pem");
const fingerprintOf = (file: string) =>
  execFileSync("openssl", ["x509", "-in", file, "-noout", "-fingerprint", "-sha256"], { encoding: "utf8" })
    .split("=")[1]
    ?.trim() ?? "";

async function connect(pin: string, to = url()) {
  const client = createGatewayClient({
    url: to,
    client: { id: "cli", version: "1", platform: "test", mode: "cli" },
    credentials: () => ({ token: testToken }),
    identity: loadDeviceIdentity(gateway.home),
    reconnect: false,
    WebSocket: await pinnedWebSocket(to, pin),
  });
  clients.push(client);
  await client.connect();
  return client;
}

it("makes its own certificate, tells its fingerprint, and is reached by those who know it", async () => {
  await start({});
  const pin = fingerprintOf(certificate());
  expect(pin).toMatch(/^(?:[0-9A-F]{2}:){31}[0-9A-F]{2}$/);
  const plain = pin.replaceAll(":", "").toLowerCase();
  expect(gateway.log()).toContain(`TLS fingerprint: sha256:${plain}`);
  expect(gateway.log()).toContain(`listening on wss://127.0.0.1:${gateway.port}`);
  for (const text of [pin, plain, `sha256:${plain}`, `SHA256: ${pin}`]) {
    expect(await (await connect(text)).request("health", {})).toMatchObject({ ok: true });
  }
  const names = execFileSync("openssl", ["x509", "-in", certificate(), "-noout", "-subject", "-text"]).toString();
  expect(names).toContain("openclaw-gateway");
  const key = path.join(path.dirname(certificate()), "gateway-key.pem");
  expect(fs.statSync(key).mode & 0o777).toBe(0o600);
  expect(fs.statSync(path.dirname(key)).mode & 0o777).toBe(0o700);
  await gateway.restart();
  expect(fingerprintOf(certificate())).toBe(pin);
});

it("a client that expects another certificate tells the Gateway nothing", async () => {
  await start({});
  const before = gateway.log();
  await expect(connect("ab".repeat(32))).rejects.toThrow("gateway tls fingerprint mismatch");
  expect(gateway.log().slice(before.length)).not.toContain("connected");
  await expect(connect("ab".repeat(32), "ws://127.0.0.1:1")).rejects.toThrow(
    "gateway tls fingerprint requires wss:// gateway url",
  );
  await expect(connect("abc")).rejects.toThrow("gateway tls fingerprint missing");
});

it("a pin that does not fit ends the attempts of a client that would come back", async () => {
  await start({});
  const client = createGatewayClient({
    url: url(),
    client: { id: "cli", version: "1", platform: "test", mode: "cli" },
    WebSocket: await pinnedWebSocket(url(), "ab".repeat(32)),
  });
  clients.push(client);
  await expect(client.connect()).rejects.toThrow("gateway tls fingerprint mismatch");
  expect(client.state.kind).toBe("closed");
});

it("speaks nothing older than TLS 1.3", async () => {
  await start({});
  const tls = await import("node:tls");
  const refused = await new Promise<string>((resolve) => {
    const socket = tls.connect({
      port: gateway.port,
      host: "127.0.0.1",
      maxVersion: "TLSv1.2",
      rejectUnauthorized: false,
    });
    socket.once("secureConnect", () => resolve("connected"));
    socket.once("error", (error) => resolve(String(error)));
  });
  expect(refused).toMatch(/protocol version|alert/i);
});

it("does not start without a pair it may not make, nor with one it cannot use", async () => {
  await start({});
  const message = async (tls: object, env: NodeJS.ProcessEnv = {}) => {
    const config = { gateway: { tls: { enabled: true, ...tls } } };
    return startTestGateway({ config, env }).then(
      async (started) => {
        await started.close();
        return "started";
      },
      (error: unknown) => String(error),
    );
  };
  expect(await message({ autoGenerate: false })).toContain("gateway tls: cert/key missing");
  const broken = path.join(gateway.home, "broken.pem");
  fs.writeFileSync(broken, "no certificate");
  expect(await message({ certPath: broken, keyPath: broken })).toContain("gateway tls: failed to load cert (");
  expect(await message({}, { PATH: "/nowhere" })).toContain("gateway tls: failed to generate cert (");
});

it("takes the pair it is given", async () => {
  await start({});
  const [cert, key] = [path.join(gateway.home, "cert.pem"), path.join(gateway.home, "key.pem")];
  execFileSync(
    "openssl",
    [
      ...["req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes"],
      ...["-subj", "/CN=own", "-keyout", key, "-out", cert],
    ],
    { stdio: "ignore" },
  );
  fs.writeFileSync(
    gateway.configPath,
    fs
      .readFileSync(gateway.configPath, "utf8")
      .replace('"enabled": true', `"enabled": true, "certPath": "${cert}", "keyPath": "${key}"`),
  );
  await gateway.restart();
  expect(await (await connect(fingerprintOf(cert))).request("health", {})).toMatchObject({ ok: true });
});
