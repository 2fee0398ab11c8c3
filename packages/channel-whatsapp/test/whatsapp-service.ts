import fs from "node:fs";
import path from "node:path";
import type { Sent, TestedService } from "@openclaw/channel-testkit";
import type { WAMessage } from "baileys";
import { createWhatsAppChannel } from "../src/index.ts";
import { type Call, closedWith, createFakeWhatsApp, message, selfJid, tempDir, writeCreds } from "./fake-whatsapp.ts";

const main = "120363000000000001@g.us";
const other = "120363000000000002@g.us";

/** The channel on the fake, as the contract suite uses it. */
export async function startWhatsAppService(): Promise<TestedService> {
  const group = (id: string) => ({ id, subject: `G${id.slice(-6, -5)}`, participants: [] });
  const fake = createFakeWhatsApp({ groups: { [main]: group(main), [other]: group(other) } });
  const dir = tempDir();
  writeCreds(path.join(dir, "auth"));
  const taken = new Set<Call>();
  const written = new Map<string, WAMessage>();
  const waiting: WAMessage[] = [];
  const untaken = () => fake.sends().filter((call) => !taken.has(call));
  const seen = ({ jid = "", content }: Call): Sent => {
    const text = content && "text" in content ? content.text : content && "caption" in content ? content.caption : "";
    const file = content && ("image" in content || "video" in content || "audio" in content || "document" in content);
    return { chat: jid, text: text ?? "", ...(file ? { files: ["file"] } : {}) };
  };
  let down: (() => void) | undefined;
  const online = () => fake.sockets.at(-1)?.live === true;
  return {
    channel: createWhatsAppChannel({
      open: async (options) => {
        if (down !== undefined) {
          down();
          throw closedWith(503, "service unavailable");
        }
        const opened = await fake.open(options);
        void fake.until(online).then(() => {
          for (const each of waiting.splice(0)) fake.write(each);
        });
        return opened;
      },
      wait: async (_ms, signal) =>
        void (signal.aborted || (await new Promise<void>((resolve) => setImmediate(resolve)))),
    }),
    section: { accounts: { default: { authDir: path.join(dir, "auth") } } },
    people: { owner: "+15551234567", stranger: "+15557654321" },
    groups: { main, other },
    chatOf: ({ from, group: place }) => place ?? `${from.slice(1)}@s.whatsapp.net`,
    async write({ from, group: place, text, mention, image }) {
      const words = mention ? `@15550000000 ${text}` : text;
      const contextInfo = mention ? { mentionedJid: [selfJid] } : {};
      const raw = message(words, {
        from: from.slice(1),
        ...(place === undefined ? {} : { group: place }),
        message: image
          ? { imageMessage: { caption: words, mimetype: image.mimeType, contextInfo } }
          : { extendedTextMessage: { text: words, contextInfo } },
      });
      const id = raw.key.id ?? "";
      if (image) fake.files.set(id, image.data);
      written.set(id, raw);
      if (online()) fake.write(raw);
      else waiting.push(raw);
      return id;
    },
    async repeat(id) {
      const raw = written.get(id);
      if (raw !== undefined) fake.write(raw);
    },
    async nextSent() {
      const call = await fake.until(() => untaken()[0]);
      taken.add(call);
      return seen(call);
    },
    untaken: () => untaken().map(seen),
    refuse(times) {
      fake.fail(...Array.from({ length: times }, () => closedWith(503, "service unavailable")));
    },
    async drop() {
      fake.close(428, "Connection Terminated");
    },
    outage() {
      const { promise: refused, resolve } = Promise.withResolvers<void>();
      down = resolve;
      return {
        refused,
        end() {
          down = undefined;
        },
      };
    },
    async garble() {
      for (const key of [
        {},
        { id: "G1", remoteJid: "nobody" },
        { id: "G2", remoteJid: "15551234567@s.whatsapp.net" },
      ]) {
        fake.write({ key, message: { protocolMessage: {} } });
        fake.write({ key });
      }
    },
    connected: async () => void (await fake.until(online)),
    close: async () => fs.rmSync(dir, { recursive: true, force: true }),
  };
}
