import fs from "node:fs";
import path from "node:path";
import { createGuardedFetch, type GuardedFetch } from "@openclaw/net";
import type { Channel, ChannelContext, Delivery } from "@openclaw/plugin-sdk";
import { afterEach, expect, it } from "vitest";
import { type ServiceAnswer, startFakeService } from "../../media/src/testing/fake-service.ts";
import { startTestGateway, type TestGateway, type TestGatewayOptions } from "../src/testing/test-gateway.ts";

// Files that replies attach, as a channel gets them.

interface Attached {
  delivery: Delivery;
  /** What stood in the files while they were being sent. */
  contents: string[];
}

let gateway: TestGateway;
afterEach(() => gateway.close());

/** A chat service that reads attached files when it sends them; `failures` attempts fail before. */
function fileService(failures = 0, onSend: () => void = () => {}) {
  const sent: Attached[] = [];
  const waiting: ((attached: Attached) => void)[] = [];
  let context: ChannelContext | undefined;
  let left = failures;
  const channel: Channel = {
    meta: { id: "telegram", label: "Telegram" },
    async start(given) {
      context = given;
      return {
        async send(delivery) {
          onSend();
          const contents = (delivery.mediaUrls ?? []).map((file) => fs.readFileSync(file, "utf8"));
          if (left-- > 0) throw new Error("not now");
          const attached = { delivery, contents };
          const waiter = waiting.shift();
          if (waiter) waiter(attached);
          else sent.push(attached);
          return {};
        },
        async stop() {},
      };
    },
  };
  return {
    channel,
    tell: (text: string) =>
      context?.receive({
        id: `in-${text}`,
        channel: "telegram",
        accountId: "default",
        chat: { kind: "direct", id: "7" },
        sender: { id: "7" },
        text,
        at: Date.now(),
      }),
    next: () => {
      const early = sent.shift();
      return early ? Promise.resolve(early) : new Promise<Attached>((resolve) => waiting.push(resolve));
    },
  };
}
type Service = ReturnType<typeof fileService>;

const start = async (service: Service, more: Pick<TestGatewayOptions, "guardedFetch"> = {}) => {
  gateway = await startTestGateway({
    ...more,
    channels: [service.channel],
    config: { channels: { telegram: { enabled: true, dmPolicy: "open", allowFrom: ["*"] } } },
  });
};
const inWorkspace = (name: string) => path.join(gateway.workspace, name);
const outbound = () => path.join(gateway.stateDir, "media", "outbound");

it("are copies that keep their names and are gone after sending", async () => {
  const service = fileService();
  await start(service);
  fs.mkdirSync(inWorkspace("out"));
  fs.writeFileSync(inWorkspace("out/note.txt"), "the note");
  fs.writeFileSync(inWorkspace("empty.txt"), "");
  gateway.model.enqueue({ words: ["Here.\nMEDIA:./out/note.txt\nMEDIA:./empty.txt"] });
  await service.tell("send it");
  const { delivery, contents } = await service.next();
  expect(contents).toEqual(["the note", ""]);
  expect(delivery.text).toBe("Here.");
  expect(delivery.mediaUrls?.map((file) => path.basename(file))).toEqual(["note.txt", "empty.txt"]);
  expect(delivery.mediaUrls?.[0]).toContain(outbound());
  await gateway.stop();
  expect(fs.readdirSync(outbound())).toEqual([]);
  await gateway.start();
});

it("are not followed when they, or a folder above them, became links after the reply was made", async () => {
  let swap = () => {};
  const service = fileService(1, () => swap());
  await start(service);
  const secret = path.join(gateway.home, "secret");
  fs.mkdirSync(secret);
  fs.writeFileSync(path.join(secret, "a.txt"), "not for you");
  fs.mkdirSync(inWorkspace("out"));
  fs.writeFileSync(inWorkspace("out/a.txt"), "yours");
  fs.writeFileSync(inWorkspace("a.txt"), "yours");
  fs.writeFileSync(inWorkspace("b.txt"), "stays");
  // The reply is on its way and will be tried once more: what is attached is looked at again then.
  swap = () => {
    swap = () => {};
    fs.rmSync(inWorkspace("out"), { recursive: true });
    fs.symlinkSync(secret, inWorkspace("out"));
    fs.rmSync(inWorkspace("a.txt"));
    fs.symlinkSync(path.join(secret, "a.txt"), inWorkspace("a.txt"));
  };
  gateway.model.enqueue({ words: ["Here.\nMEDIA:./out/a.txt\nMEDIA:./a.txt\nMEDIA:./b.txt"] });
  await service.tell("send them");
  const { delivery, contents } = await service.next();
  expect(contents).toEqual(["stays"]);
  expect(delivery.text).toBe("Here.\n⚠️ a.txt could not be attached.\n⚠️ a.txt could not be attached.");
  expect(gateway.log()).toContain("a file could not be attached to a message to telegram");
});

it("that are missing or no files are named in the text", async () => {
  const service = fileService();
  await start(service);
  fs.mkdirSync(inWorkspace("folder"));
  gateway.model.enqueue({ words: ["MEDIA:./gone.png\nMEDIA:./folder"] });
  await service.tell("send them");
  const { delivery } = await service.next();
  expect(delivery.text).toBe("⚠️ gone.png could not be attached.\n⚠️ folder could not be attached.");
  expect(delivery).not.toHaveProperty("mediaUrls");
});

it("that a killed process left behind are removed at the next start", async () => {
  const service = fileService();
  await start(service);
  await gateway.stop();
  fs.mkdirSync(path.join(outbound(), "sending-abc", "0"), { recursive: true });
  fs.writeFileSync(path.join(outbound(), "kept.ogg"), "");
  await gateway.start();
  expect(fs.readdirSync(outbound())).toEqual(["kept.ogg"]);
});

/** The guard, with the test's own server allowed; everything else has to be public. */
const withLocal: GuardedFetch = (url, request) =>
  createGuardedFetch()(url, { ...request, allowedHosts: ["127.0.0.1"] });

it("of the web are fetched, and the channel gets copies under the names their servers give them", async () => {
  await using web = await startFakeService(({ path: at }): ServiceAnswer => {
    if (at === "/moved") return { status: 302, headers: { location: "/x" } };
    if (at !== "/x") return { body: "the plan", headers: { "content-type": "text/plain" } };
    const headers = { "content-type": "text/csv", "content-disposition": 'attachment; filename="../../ta ble.csv"' };
    return { body: "a,b", headers };
  });
  const service = fileService();
  await start(service, { guardedFetch: withLocal });
  gateway.model.enqueue({ words: [`Here.\nMEDIA:${web.url}/moved ${web.url}/files/plan`] });
  await service.tell("send them");
  const { delivery, contents } = await service.next();
  expect(delivery.text).toBe("Here.");
  expect(contents).toEqual(["a,b", "the plan"]);
  expect(delivery.mediaUrls?.map((file) => path.basename(file))).toEqual(["ta ble.csv", "plan.txt"]);
  for (const file of delivery.mediaUrls ?? []) expect(file).toContain(outbound());
  await gateway.stop();
  expect(fs.readdirSync(outbound())).toEqual([]);
  await gateway.start();
});

it("of this network, too large ones, pages and missing ones are named in the text, and nobody is asked for the first", async () => {
  await using web = await startFakeService(({ path: at }): ServiceAnswer => {
    if (at === "/inside") return { status: 302, headers: { location: "http://10.0.0.1/secret.png" } };
    if (at === "/film.mp4") return { headers: { "content-type": "video/mp4", "content-length": "17000000" } };
    if (at === "/page") return { body: "<html>", headers: { "content-type": "text/html" } };
    return { status: 404 };
  });
  const service = fileService();
  await start(service, { guardedFetch: withLocal });
  const addresses = ["inside", "film.mp4", "page", "gone.png?key=s3cret"].map((name) => `${web.url}/${name}`);
  gateway.model.enqueue({ words: [`Here.\nMEDIA: ${addresses.join(" ")}`] });
  await service.tell("send them");
  const { delivery } = await service.next();
  expect(delivery).not.toHaveProperty("mediaUrls");
  expect(delivery.text).toBe(
    ["Here.", ...["inside", "film.mp4", "page", "gone.png"].map((name) => `⚠️ ${name} could not be attached.`)].join(
      "\n",
    ),
  );
  const log = gateway.log();
  expect(log).toContain("Blocked: private/internal IP address");
  expect(log).toContain("Media exceeds 16MB limit");
  expect(log).toContain("The address answers with a web page, not with a file");
  expect(log).toContain("HTTP 404");
  expect(log).not.toContain("s3cret");
});

it("of addresses inside this machine are not fetched", async () => {
  await using web = await startFakeService(() => ({ body: "secret" }));
  const service = fileService();
  await start(service);
  gateway.model.enqueue({ words: [`Here.\nMEDIA:${web.url}/a.txt`] });
  await service.tell("send it");
  expect((await service.next()).delivery.text).toBe("Here.\n⚠️ a.txt could not be attached.");
  expect(web.requests).toHaveLength(0);
});
