import dgram from "node:dgram";
import fs from "node:fs";
import http from "node:http";
import type { AddressInfo } from "node:net";
import os from "node:os";
import path from "node:path";
import { silentLog } from "@openclaw/log";
import { afterEach, describe, expect, it } from "vitest";
import { openDiscovery } from "../src/discovery/open-discovery.ts";
import { zoneText } from "../src/discovery/wide-area-zone.ts";
import { startTestGateway, type TestGateway } from "../src/testing/test-gateway.ts";

let gateway: TestGateway | undefined;
afterEach(async () => {
  await gateway?.close();
  gateway = undefined;
});

/** Asks on loopback for Gateways; the text of the answers, with a space for what is no letter. */
async function query(port: number | undefined): Promise<string> {
  const labels = ["_openclaw-gw", "_tcp", "local"].map((label) =>
    Buffer.concat([Buffer.from([label.length]), Buffer.from(label)]),
  );
  const packet = Buffer.concat([
    Buffer.from([0, 1, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0]),
    ...labels,
    Buffer.from([0, 0, 12, 0, 1]),
  ]);
  const socket = dgram.createSocket("udp4");
  try {
    return await new Promise((resolve, reject) => {
      socket.once("error", reject);
      socket.on("message", (message) => {
        const text = message.toString("latin1").replaceAll(/[^ -~]/g, " ");
        // Other programs of this machine may have Gateways of their own.
        if (text.includes(`gatewayPort=${port}`)) resolve(text);
      });
      socket.bind(0, "127.0.0.1", () => {
        socket.setMulticastInterface("127.0.0.1");
        for (const address of ["224.0.0.251", "127.0.0.1"]) socket.send(packet, 5353, address);
      });
    });
  } finally {
    socket.close();
  }
}

describe("in the local network", () => {
  const announced = async (discovery: object, env: NodeJS.ProcessEnv = {}, config: object = {}) => {
    gateway = await startTestGateway({ config: { discovery, ...config }, env });
    while (!gateway.log().includes("announced as")) await new Promise((turn) => setImmediate(turn));
    return query(gateway.port);
  };

  it("minimal: says where it is, and neither paths nor the SSH port", async () => {
    const answer = await announced({ mdns: { mode: "minimal" } });
    const host = os.hostname().split(".", 1)[0];
    for (const text of [
      "role=gateway",
      "transport=gateway",
      `displayName=${host}`,
      `lanHost=${host}.local`,
      `gatewayPort=${gateway?.port}`,
      // It has no port of its own here, and is served on the Gateway's.
      `canvasPort=${gateway?.port}`,
      `${host} (OpenClaw)`,
    ]) {
      expect(answer).toContain(text);
    }
    expect(answer).not.toMatch(/cliPath|sshPort|gatewayTls|t0k/);
  });

  it("full: says these too", async () => {
    const env = {
      OPENCLAW_SSH_PORT: "2222",
      OPENCLAW_CLI_PATH: "/opt/openclaw",
      OPENCLAW_TAILNET_DNS: "mac.tail1.ts.net",
    };
    const answer = await announced({ mdns: { mode: "full" } }, env);
    for (const text of ["cliPath=/opt/openclaw", "sshPort=2222", "tailnetDns=mac.tail1.ts.net"])
      expect(answer).toContain(text);
  });

  it("names the port of the canvas host, and none when it is switched off", async () => {
    const server = http.createServer();
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const { port } = server.address() as AddressInfo;
    await new Promise((resolve) => server.close(resolve));
    const mdns = { mode: "minimal" };
    expect(await announced({ mdns }, {}, { canvasHost: { port } })).toContain(`canvasPort=${port}`);
    await gateway?.close();
    const tls = { gateway: { tls: { enabled: true } } };
    const secured = await announced({ mdns }, { OPENCLAW_SKIP_CANVAS_HOST: "1" }, tls);
    expect(secured).not.toContain("canvasPort");
    const [, fingerprint] = /TLS fingerprint: sha256:([0-9a-f]{64})/.exec(gateway?.log() ?? "") ?? [];
    for (const text of ["gatewayTls=1", `gatewayTlsSha256=${fingerprint}`]) expect(secured).toContain(text);
  });

  it.each([
    ["off", { mdns: { mode: "off" } }, {}],
    ["the environment says no", { mdns: { mode: "full" } }, { OPENCLAW_DISABLE_BONJOUR: "1" }],
    ["nothing but loopback is listened on, and nobody asked", {}, {}],
  ])("announces nothing: %s", async (_name, discovery, env) => {
    gateway = await startTestGateway({ config: { discovery }, env });
    await (await gateway.connect()).request("health", {});
    await gateway.stop();
    expect(gateway.log()).not.toContain("announced as");
  });
});

describe("in a domain of its own", () => {
  const beacon = { displayName: 'My "Mac"', host: "mac", port: 18789, ipv4: "100.101.102.103" };
  const day = Date.UTC(2026, 1, 9, 12);
  const zone = (more: object = {}, before?: string, now = day) =>
    zoneText("OpenClaw.internal", { ...beacon, ...more }, { before, now });

  it("holds the records of one Gateway", () => {
    expect(zone({ ipv6: "fd7a:115c:a1e0::1" })?.split("\n")).toEqual([
      expect.stringMatching(/^; openclaw-content-hash: [0-9a-f]{8}$/),
      "$ORIGIN openclaw.internal.",
      "$TTL 60",
      "@ IN SOA ns1 hostmaster 2026020901 7200 3600 1209600 60",
      "@ IN NS ns1",
      "ns1 IN A 100.101.102.103",
      "mac IN A 100.101.102.103",
      "mac IN AAAA fd7a:115c:a1e0::1",
      "_openclaw-gw._tcp IN PTR my-mac._openclaw-gw._tcp",
      "my-mac._openclaw-gw._tcp IN SRV 0 0 18789 mac",
      'my-mac._openclaw-gw._tcp IN TXT "role=gateway" "transport=gateway" "displayName=My \\"Mac\\"" "lanHost=mac.local" "gatewayPort=18789"',
      "",
    ]);
  });

  it("stays as it is while nothing changes, and counts the changes of a day", () => {
    const first = zone();
    expect(zone({}, first, day + 86_400_000)).toBeUndefined();
    const second = zone({ port: 18790 }, first);
    expect(second).toContain(" 2026020902 ");
    expect(zone({ port: 1 }, second, day + 86_400_000)).toContain(" 2026021001 ");
    expect(zone({ port: 1 }, second, day - 86_400_000)).toContain(" 2026020903 ");
  });

  it("is written at start where there is a tailnet, and not without", async () => {
    const stateDir = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-dns-"));
    const lines: string[] = [];
    const open = (interfaces: Record<string, { address: string }[]>, domain?: string) =>
      openDiscovery({
        config: { discovery: { wideArea: { enabled: true, ...(domain ? { domain } : {}) } } },
        env: {},
        stateDir,
        hosts: ["127.0.0.1"],
        port: 18789,
        fingerprint: undefined,
        tailscale: async () => ({ self: async () => ({ dnsName: "mac.tail1.ts.net", addresses: [] }) }),
        interfaces,
        clock: { now: () => day },
        log: { ...silentLog, warn: (line: string) => void lines.push(line) },
      }).close();
    await open({ tailscale0: [{ address: "100.101.102.103" }] });
    await open({ lo: [{ address: "127.0.0.1" }] }, "a.internal");
    expect(lines.join()).toMatch(/has no domain.*has no tailnet address/);
    expect(fs.existsSync(path.join(stateDir, "dns"))).toBe(false);
    await open({ tailscale0: [{ address: "100.101.102.103" }] }, "a.internal");
    const file = path.join(stateDir, "dns", "a.internal.db");
    expect(fs.readFileSync(file, "utf8")).toContain('"tailnetDns=mac.tail1.ts.net"');
    const { mtimeMs } = fs.statSync(file);
    await open({ tailscale0: [{ address: "100.101.102.103" }] }, "a.internal");
    expect(fs.statSync(file).mtimeMs).toBe(mtimeMs);
    fs.rmSync(stateDir, { recursive: true });
  });
});
