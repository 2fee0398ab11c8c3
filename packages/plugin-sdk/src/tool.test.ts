import { expect, test } from "vitest";
import { jsonResult, type Tool, textResult } from "./index.ts";

test("a text result carries details only when there are some", () => {
  expect(textResult("done")).toEqual({ content: [{ type: "text", text: "done" }] });
  expect(textResult("done", { bytes: 3 })).toEqual({
    content: [{ type: "text", text: "done" }],
    details: { bytes: 3 },
  });
});

test("a JSON result shows the model the value that clients get as details", () => {
  const result = jsonResult({ status: "ok", n: 1 });
  expect(result.content).toEqual([{ type: "text", text: '{\n  "status": "ok",\n  "n": 1\n}' }]);
  expect(result.details).toEqual({ status: "ok", n: 1 });
});

test("a tool written against the contract can be called directly", async () => {
  const add: Tool = {
    name: "add",
    description: "Adds two numbers.",
    parameters: { type: "object", properties: { a: { type: "number" }, b: { type: "number" } }, required: ["a", "b"] },
    readOnly: true,
    execute: async ({ a, b }) => textResult(String(Number(a) + Number(b))),
  };
  const signal = new AbortController().signal;
  const result = await add.execute({ a: 1, b: 2 }, { toolCallId: "c1", signal, onUpdate: () => {} });
  expect(result.content).toEqual([{ type: "text", text: "3" }]);
});
