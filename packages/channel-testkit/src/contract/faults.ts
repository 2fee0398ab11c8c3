import { expect, it } from "vitest";
import type { ContractContext } from "./contract-context.ts";

/** What a service does to a channel on bad days. */
export function faultContract({ connect, connectLater }: ContractContext): void {
  it("loses nothing and answers nothing twice while its connections are cut again and again", async (test) => {
    const { service } = await connect();
    const { drop } = service;
    if (drop === undefined) return test.skip();
    const words = ["one", "two", "three", "four", "five", "six"];
    const answers: string[] = [];
    for (const word of words) {
      await service.write({ from: service.people.owner, text: `say ${word}` });
      answers.push((await service.nextSent()).text);
      await drop();
      await service.connected();
    }
    expect(answers.map((text) => words.find((word) => text.includes(word)))).toEqual(words);
    expect(service.untaken()).toEqual([]);
  });

  it("answers what was asked when the connection is cut before the answer", async (test) => {
    const { service, gateway, settle } = await connect();
    if (service.drop === undefined) return test.skip();
    const release = gateway.model.hold();
    await service.write({ from: service.people.owner, text: "are you there" });
    await gateway.model.asked(1);
    await service.drop();
    release();
    expect((await service.nextSent()).text).toContain("are you there");
    await service.connected();
    await settle();
    expect(service.untaken()).toEqual([]);
  });

  it("connects when a service is back that was down at the start", async (test) => {
    const later = await connectLater();
    if (later === undefined) return test.skip();
    const { service, settle, outage } = later;
    await outage.refused;
    outage.end();
    await service.connected();
    await settle();
  });

  it("sends once what the service refuses several times", async (test) => {
    const { service, settle } = await connect();
    if (service.refuse === undefined) return test.skip();
    service.refuse(2, { retryAfterMs: 50 });
    await service.write({ from: service.people.owner, text: "patience" });
    expect((await service.nextSent()).text).toContain("patience");
    await settle();
    expect(service.untaken()).toEqual([]);
  });

  it("takes a text of a megabyte", async () => {
    const { service, gateway, settle } = await connect();
    gateway.model.say("read it all");
    await service.write({ from: service.people.owner, text: "a".repeat(1024 * 1024) });
    expect((await service.nextSent()).text).toContain("read it all");
    await settle();
  });

  it("goes on after things that make no sense", async (test) => {
    const { service, settle } = await connect();
    if (service.garble === undefined) return test.skip();
    await service.garble();
    await settle();
  });

  it("answers once what is delivered again after the process was killed", async (test) => {
    const { service, gateway, settle } = await connect();
    if (service.repeat === undefined) return test.skip();
    const release = gateway.model.hold();
    const id = await service.write({ from: service.people.owner, text: "only once please" });
    await gateway.model.asked(1);
    const killed = await gateway.killed();
    release();
    await killed.startAgain();
    await service.connected();
    await service.repeat(id);
    expect((await service.nextSent()).chat).toBe(service.chatOf({ from: service.people.owner }));
    await settle();
    expect(service.untaken()).toEqual([]);
  });
}
