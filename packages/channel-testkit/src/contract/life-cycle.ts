import { expect, it } from "vitest";
import type { ContractContext } from "./contract-context.ts";

/** What survives the end of a connection, of an account and of the process. */
export function lifeCycleContract({ connect }: ContractContext): void {
  it("goes on after its connections were cut", async (test) => {
    const { service, settle } = await connect();
    if (service.drop === undefined) return test.skip();
    await settle();
    await service.drop();
    await service.connected();
    await settle();
  });

  it("stops and starts again", async () => {
    const { service, gateway, settle } = await connect();
    await settle();
    await gateway.stop();
    await gateway.start();
    await service.connected();
    await settle();
  });

  it("answers a message that was accepted before the process was killed, once", async () => {
    const { service, gateway } = await connect();
    const release = gateway.model.hold();
    await service.write({ from: service.people.owner, text: "remember me" });
    await gateway.model.asked(1);
    const killed = await gateway.killed();
    release();
    await killed.startAgain();
    await service.connected();
    const sent = await service.nextSent();
    expect(sent.chat).toBe(service.chatOf({ from: service.people.owner }));
    await service.write({ from: service.people.owner, text: "and now" });
    expect((await service.nextSent()).text).toContain("and now");
    expect(service.untaken()).toEqual([]);
  });
}
