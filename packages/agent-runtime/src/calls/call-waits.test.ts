import { expect, test } from "vitest";
import { createCallWaits, WaitCycleError } from "./call-waits.ts";

const plain = { holdsNestedPlace: false };

test("sessions may wait for others as long as nobody waits for itself", () => {
  const waits = createCallWaits();
  waits.begin("a", "b", plain);
  const leave = waits.begin("b", "c", plain);
  expect(() => waits.begin("c", "a", plain)).toThrow(WaitCycleError);
  expect(() => waits.begin("a", "a", plain)).toThrow("A session cannot wait for itself (a).");
  leave();
  waits.begin("c", "a", plain);
});

test("places of runs that only wait count as free, until they go on", () => {
  let changes = 0;
  const waits = createCallWaits(() => {
    changes += 1;
  });
  const leave = waits.begin("a", "b", { holdsNestedPlace: true });
  waits.begin("x", "y", plain);
  expect([waits.idlePlaces, changes]).toEqual([1, 1]);
  leave();
  leave();
  expect([waits.idlePlaces, changes]).toEqual([0, 2]);
});
