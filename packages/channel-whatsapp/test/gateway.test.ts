import fs from "node:fs";
import os from "node:os";
import path from "node:path";
import { startWhatsAppServer } from "@openclaw/crabline";
import { BufferJSON, initAuthCreds } from "baileys";
import { afterEach, describe, expect, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { createWhatsAppChannel } from "../src/index.ts";

// The whole way through a real Gateway and the library, against a provider server that is not ours.

const owner = "+15551234567";
const stranger = "+15557654321";
const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const jidOf = (number: string) => `${number.slice(1)}@s.whatsapp.net`;

interface Stanza {
  method: string;
  body: unknown;
}

/** What a stanza that was recorded is about, as one text. */
const textOf = ({ body }: Stanza) => JSON.stringify(body) ?? "";

async function startService() {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), "openclaw-crabline-"));
  const stanzas: Stanza[] = [];
  const looks = new Set<() => void>();
  const server = await startWhatsAppServer({
    recorderPath: path.join(folder, "whatsapp.jsonl"),
    onEvent({ method, body }) {
      stanzas.push({ method, body });
      for (const look of looks) look();
    },
  });
  closing.push(async () => {
    await server.close();
    fs.rmSync(folder, { recursive: true, force: true });
  });
  const { manifest } = server;
  const until = <T>(check: () => T | undefined): Promise<T> =>
    new Promise((resolve) => {
      const look = () => {
        const found = check();
        if (found === undefined) return;
        looks.delete(look);
        resolve(found);
      };
      looks.add(look);
      look();
    });
  const sentAt = (jid: string, words: string) => {
    const at = stanzas.findIndex(
      (stanza) => textOf(stanza).includes(`"remoteJid":"${jid}"`) && textOf(stanza).includes(words),
    );
    return at < 0 ? undefined : at;
  };
  return {
    manifest,
    stanzas,
    until,
    sent: (to: string, words: string) => until(() => sentAt(jidOf(to), words)),
    async write(from: string, text: string) {
      const response = await fetch(manifest.endpoints.adminInboundUrl, {
        method: "POST",
        headers: { "content-type": "application/json", "x-crabline-admin-token": manifest.adminToken },
        body: JSON.stringify({ chatJid: jidOf(from), senderJid: jidOf(from), text }),
      });
      expect(response.status, await response.clone().text()).toBe(200);
    },
  };
}

/** Credentials of a device that is linked, in the files the library would have written. */
function seedCreds(authDir: string, selfJid: string): void {
  const creds = initAuthCreds();
  creds.me = { id: selfJid.replace("@", ":1@"), name: "bot" };
  creds.registered = true;
  fs.mkdirSync(authDir, { recursive: true });
  fs.writeFileSync(path.join(authDir, "creds.json"), JSON.stringify(creds, BufferJSON.replacer));
}

async function start(whatsapp: Record<string, unknown>) {
  const service = await startService();
  const gateway = await startTestGateway({
    channels: [createWhatsAppChannel()],
    config: { channels: { whatsapp } },
    env: { OPENCLAW_WHATSAPP_WEB_SOCKET_URL: service.manifest.endpoints.baileysWebSocketUrl },
    prepare: ({ stateDir }) =>
      seedCreds(path.join(stateDir, "credentials", "whatsapp", "default"), service.manifest.selfJid),
  });
  closing.push(() => gateway.close());
  return { service, gateway };
}

describe("WhatsApp through a Gateway and the library", () => {
  it("a listed person is answered in their chat, after the message was marked as read", async () => {
    const { service, gateway } = await start({ dmPolicy: "allowlist", allowFrom: [owner] });
    gateway.model.enqueue({ words: ["Hello", "you"] });
    await service.write(owner, "hello there");
    const answered = await service.sent(owner, "Hello you");
    const read = service.stanzas.findIndex(
      (stanza) => textOf(stanza).includes('"receipt"') && textOf(stanza).includes('"read"'),
    );
    expect(read).toBeGreaterThan(-1);
    expect(read).toBeLessThan(answered);
    expect(JSON.stringify(gateway.model.requests[0]?.body)).toContain("hello there");
  });

  it("a stranger gets a pairing code once and no receipt, and is answered once approved", async () => {
    const { service, gateway } = await start({ dmPolicy: "pairing", allowFrom: [owner] });
    await service.write(stranger, "let me in");
    await service.sent(stranger, `Your WhatsApp phone number: ${stranger}`);
    expect(service.stanzas.filter((stanza) => textOf(stanza).includes('"read"'))).toEqual([]);
    expect(gateway.model.requests).toEqual([]);
    const credentials = path.join(gateway.stateDir, "credentials");
    const pending = JSON.parse(fs.readFileSync(path.join(credentials, "whatsapp-pairing.json"), "utf8"));
    expect(pending.requests).toMatchObject([{ id: stranger, meta: { name: "Test User" } }]);
    const approved = JSON.stringify({ version: 1, allowFrom: [stranger] });
    fs.writeFileSync(path.join(credentials, "whatsapp-allowFrom.json"), approved);
    gateway.model.enqueue({ words: ["Welcome"] });
    await service.write(stranger, "hello again");
    await service.sent(stranger, "Welcome");
  });

  it("a long answer is split in order", async () => {
    const { service, gateway } = await start({ dmPolicy: "allowlist", allowFrom: [owner] });
    const words = Array.from({ length: 1500 }, (_each, index) => `word${index}`);
    gateway.model.enqueue({ words });
    await service.write(owner, "tell me all");
    const first = await service.sent(owner, "word0 word1");
    const last = await service.sent(owner, "word1499");
    expect(last).toBeGreaterThan(first);
  });

  it("/status is for listed people", async () => {
    const { service, gateway } = await start({ dmPolicy: "open", allowFrom: ["*", owner] });
    await service.write(owner, "/status");
    await service.sent(owner, "OpenClaw");
    expect(gateway.model.requests).toEqual([]);
  });
});
