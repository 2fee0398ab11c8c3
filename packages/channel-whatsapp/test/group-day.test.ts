import fs from "node:fs";
import path from "node:path";
import { afterEach, it } from "vitest";
import { startTestGateway } from "../../gateway/src/testing/test-gateway.ts";
import { type Actor, groupDay } from "../../gateway/test/channel-day/group-day.ts";
import { createWhatsAppChannel } from "../src/index.ts";
import { type Call, createFakeWhatsApp, message, selfJid, writeCreds } from "./fake-whatsapp.ts";

const closing: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0).reverse()) await close();
});

const people: Readonly<Record<Actor, string>> = {
  owner: "15551234567",
  newcomer: "15550001111",
  outsider: "15550002222",
};
const group = "120363000000000001@g.us";

it("a day in a group of WhatsApp: pairing, a mention, pictures, a reaction, a long answer, /status", async () => {
  const participants = Object.values(people).map((number) => ({ id: `${number}@s.whatsapp.net` }));
  const fake = createFakeWhatsApp({ groups: { [group]: { id: group, subject: "Tea", participants } } });
  const gateway = await startTestGateway({
    channels: [createWhatsAppChannel({ open: fake.open })],
    config: { channels: { whatsapp: { allowFrom: [`+${people.owner}`], dmPolicy: "pairing", groupPolicy: "open" } } },
    prepare: ({ stateDir }) => writeCreds(path.join(stateDir, "credentials", "whatsapp", "default")),
  });
  closing.push(() => gateway.close());
  await fake.until(() => fake.sockets.at(-1)?.live);
  const taken = new Set<Call>();
  const take = async (isWanted: (call: Call) => boolean) => {
    const call = await fake.until(() => fake.sends().find((each) => !taken.has(each) && isWanted(each)));
    taken.add(call);
    return call;
  };
  const isReaction = ({ content }: Call) => content !== undefined && "react" in content;
  await groupDay({
    gateway,
    channel: "whatsapp",
    privateChat: (who) => `${people[who]}@s.whatsapp.net`,
    group,
    limit: 4000,
    async write({ from, place, text, mention, image }) {
      const contextInfo = mention ? { mentionedJid: [selfJid] } : {};
      const raw = message(text, {
        from: people[from],
        ...(place === "private" ? {} : { group }),
        message: image
          ? { imageMessage: { caption: text, mimetype: "image/png", contextInfo } }
          : { extendedTextMessage: { text, contextInfo } },
      });
      const id = raw.key.id ?? "";
      if (image) fake.files.set(id, image);
      fake.write(raw);
      return id;
    },
    async sent() {
      const { jid = "", content } = await take((call) => !isReaction(call));
      if (content === undefined) throw new Error("nothing was sent");
      if (!("image" in content)) return { chat: jid, text: "text" in content ? content.text : "", files: [] };
      const { image, caption = "" } = content;
      const bytes = Buffer.isBuffer(image) ? image : "url" in image ? fs.readFileSync(String(image.url)) : undefined;
      return { chat: jid, text: caption, files: bytes === undefined ? [] : [bytes] };
    },
    async reacted() {
      const { content } = await take(isReaction);
      if (content === undefined || !("react" in content)) throw new Error("no reaction");
      return { messageId: content.react.key?.id ?? "", emoji: content.react.text ?? "" };
    },
  });
});
