import { expect, it } from "vitest";
import type { ContractContext } from "./contract-context.ts";

/** Who may write in private, and what becomes of it. */
export function directMessageContract({ connect }: ContractContext): void {
  it("a listed person is answered in their chat, and the model sees their words", async () => {
    const { service, gateway } = await connect();
    const { owner } = service.people;
    await service.write({ from: owner, text: "good morning" });
    const sent = await service.nextSent();
    expect(sent.chat).toBe(service.chatOf({ from: owner }));
    expect(sent.text).toContain("good morning");
    expect(gateway.model.prompts[0]).toContain("good morning");
  });

  it("a stranger is not answered under the policy allowlist, and the model never hears of it", async () => {
    const { service, gateway, settle } = await connect();
    await service.write({ from: service.people.stranger, text: "let me in" });
    await settle();
    expect(service.untaken()).toEqual([]);
    expect(gateway.model.prompts.join("\n")).not.toContain("let me in");
  });

  it("everybody is answered under the policy open", async () => {
    const { service } = await connect({ direct: { policy: "open", allowFrom: ["*"] } });
    const { stranger } = service.people;
    await service.write({ from: stranger, text: "is this open?" });
    expect(await service.nextSent()).toMatchObject({ chat: service.chatOf({ from: stranger }) });
  });

  it("a stranger gets one pairing code under the policy pairing, where the channel can pair", async (test) => {
    const { service, gateway, settle } = await connect({ direct: { policy: "pairing" } });
    const channel = "load" in service.channel ? await service.channel.load() : service.channel;
    if (channel.access?.idLine === undefined) return test.skip();
    const { stranger } = service.people;
    await service.write({ from: stranger, text: "hello" });
    const reply = await service.nextSent();
    expect(reply.chat).toBe(service.chatOf({ from: stranger }));
    expect(reply.text).toContain("openclaw pairing approve");
    await service.write({ from: stranger, text: "hello again" });
    await settle();
    expect(service.untaken()).toEqual([]);
    expect(gateway.model.prompts.join("\n")).not.toContain("hello");
  });

  it("right-to-left and zero-width characters arrive as they were written", async () => {
    const { service, gateway } = await connect();
    const text = "\u202eolleh\u202c \u200bshalom שלום";
    await service.write({ from: service.people.owner, text });
    await service.nextSent();
    expect(gateway.model.prompts[0]).toContain("שלום");
  });
}
