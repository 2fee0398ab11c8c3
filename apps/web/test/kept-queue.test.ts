import { expect, it } from "vitest";
import { readQueue, writeQueue } from "../src/chat/kept-queue.ts";

it("keeps waiting messages with their images", () => {
  const queue = [
    { runId: "a", text: "one", images: [] },
    { runId: "b", text: "", images: [{ mimeType: "image/png", url: "data:image/png;base64,AA" }] },
  ];
  expect(readQueue(writeQueue(queue))).toEqual(queue);
  expect(writeQueue([])).toBe("");
});

it("takes anything else for an empty queue", () => {
  for (const text of ["", "nonsense", "{}", '[1, {"runId": 2, "text": "x"}]']) expect(readQueue(text)).toEqual([]);
});
