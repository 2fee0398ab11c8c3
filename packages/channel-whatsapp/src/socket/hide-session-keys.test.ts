import { inspect } from "node:util";
import { SessionRecord } from "libsignal";
import { expect, it } from "vitest";
import { hideSessionKeys } from "./hide-session-keys.ts";

it("a session of the library shows none of its keys when it is printed", async () => {
  const create: unknown = Reflect.get(SessionRecord, "createEntry");
  if (typeof create !== "function") throw new Error("sessions are made in another way");
  const session: object = Object.assign(Reflect.apply(create, SessionRecord, []), {
    currentRatchet: { rootKey: Buffer.from("secret") },
  });
  expect(inspect(session)).toContain("rootKey");
  await hideSessionKeys();
  await hideSessionKeys();
  expect(inspect(session)).toBe("<session>");
});
