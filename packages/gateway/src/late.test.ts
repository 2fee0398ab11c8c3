import { expect, it } from "vitest";
import { late } from "./late.ts";

it("is the part once that is open, and says which one was asked for too early", () => {
  const pipeline = late<{ name: string }>("pipeline");
  expect(pipeline.opened).toBeUndefined();
  expect(() => pipeline.get()).toThrow("the pipeline of the Gateway was used before it was opened");
  const { get } = pipeline;
  const part = pipeline.open({ name: "the pipeline" });
  expect(get()).toBe(part);
  expect(pipeline.opened).toBe(part);
});
