import { expect, it } from "vitest";
import type { ContractContext } from "./contract-context.ts";

/** Answers arrive whole, in order, and once. */
export function deliveryContract({ connect }: ContractContext): void {
  it("messages of one chat are answered in their order", async () => {
    const { service } = await connect();
    const words = ["one", "two", "three", "four"];
    const answers: string[] = [];
    for (const word of words) {
      await service.write({ from: service.people.owner, text: `say ${word}` });
      answers.push((await service.nextSent()).text);
    }
    expect(answers.map((text) => words.find((word) => text.includes(word)))).toEqual(words);
  });

  it("an answer over the limit comes in pieces within it, fences balanced, nothing lost", async () => {
    const { service, gateway } = await connect();
    const limit = service.channel.meta && "textLimit" in service.channel ? (service.channel.textLimit ?? 4000) : 4000;
    const lines = Array.from(
      { length: Math.ceil((limit * 2.2) / 40) },
      (_, index) => `line ${index} ${"x".repeat(30)}`,
    );
    gateway.model.say(["Here it is:", "```text", ...lines, "```", "The end."].join("\n"));
    await service.write({ from: service.people.owner, text: "tell me everything" });
    const pieces: string[] = [];
    do pieces.push((await service.nextSent()).text);
    while (!pieces.at(-1)?.includes("The end."));
    expect(pieces.length).toBeGreaterThan(2);
    for (const index of lines.keys()) expect(pieces.some((piece) => piece.includes(`line ${index} x`))).toBe(true);
  });

  it("what the service refuses for now is sent later, before what comes after it", async (test) => {
    const { service } = await connect();
    if (service.refuse === undefined) return test.skip();
    service.refuse(1, { retryAfterMs: 50 });
    await service.write({ from: service.people.owner, text: "first" });
    const first = await service.nextSent();
    await service.write({ from: service.people.owner, text: "second" });
    const second = await service.nextSent();
    expect([first.text, second.text]).toEqual([expect.stringContaining("first"), expect.stringContaining("second")]);
  });

  it("a message the service delivers twice is answered once", async (test) => {
    const { service, gateway, settle } = await connect();
    if (service.repeat === undefined) return test.skip();
    const id = await service.write({ from: service.people.owner, text: "only once" });
    await service.nextSent();
    await service.repeat(id);
    await settle();
    expect(service.untaken()).toEqual([]);
    expect(
      gateway.model.prompts.filter((prompt) => prompt.endsWith("only once") || prompt.includes("only once\n")).length,
    ).toBeLessThanOrEqual(1);
  });
}
