import { expect, it } from "vitest";
import type { ContractContext } from "./contract-context.ts";

/** Groups: which are heard, who is addressed, and what was said in between. */
export function groupContract({ connect }: ContractContext): void {
  it("a mention is answered in its group; what nobody asked about comes with it, and is gone afterwards", async (test) => {
    const probe = await connect();
    const main = probe.service.groups?.main;
    if (main === undefined) return test.skip();
    const { service, gateway, settle } = await connect({ groups: { names: [main], requireMention: true } });
    const { owner } = service.people;
    await service.write({ from: owner, group: main, text: "just an aside" });
    await settle();
    expect(service.untaken()).toEqual([]);
    await service.write({ from: owner, group: main, text: "what do you think?", mention: true });
    expect((await service.nextSent()).chat).toBe(service.chatOf({ from: owner, group: main }));
    const prompt = gateway.model.prompts.at(-1) ?? "";
    expect(prompt).toContain("[Chat messages since your last reply - for context]");
    expect(prompt.indexOf("just an aside")).toBeGreaterThan(0);
    await service.write({ from: owner, group: main, text: "and now?", mention: true });
    await service.nextSent();
    expect(gateway.model.prompts.at(-1)).not.toContain("for context]");
  });

  it("a group that is not listed is not heard", async (test) => {
    const probe = await connect();
    const groups = probe.service.groups;
    if (groups === undefined) return test.skip();
    const { service, settle } = await connect({ groups: { names: [groups.main], requireMention: true } });
    await service.write({ from: service.people.owner, group: groups.other, text: "hello?", mention: true });
    await settle();
    expect(service.untaken()).toEqual([]);
  });

  it("every message of a group is answered where no mention is required", async (test) => {
    const probe = await connect();
    const main = probe.service.groups?.main;
    if (main === undefined) return test.skip();
    const { service } = await connect({ groups: { names: [main], requireMention: false } });
    await service.write({ from: service.people.owner, group: main, text: "anybody?" });
    expect((await service.nextSent()).text).toContain("anybody?");
  });
}
