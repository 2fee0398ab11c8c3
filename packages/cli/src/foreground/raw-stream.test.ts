import { describe, expect, it } from "vitest";
import { rawStreamPath, recordAnswers } from "./raw-stream.ts";

function recorder(response: Response) {
  const lines: string[] = [];
  const recorded = recordAnswers(async () => response, { append: (line) => lines.push(line), now: () => 5 });
  return { lines, recorded };
}

describe("recordAnswers", () => {
  it("writes every event of a stream and passes the bytes on unchanged", async () => {
    const chunks = ['data: {"a":', "1}\n\ndata: [DO", "NE]\n\n"];
    const body = new ReadableStream({
      start(controller) {
        for (const chunk of chunks) controller.enqueue(new TextEncoder().encode(chunk));
        controller.close();
      },
    });
    const { lines, recorded } = recorder(new Response(body, { headers: { "content-type": "text/event-stream" } }));
    const answer = await recorded("http://127.0.0.1/v1/chat?key=secret", {
      headers: { authorization: "Bearer secret" },
    });
    expect(await answer.text()).toBe(chunks.join(""));
    expect(lines.map((line) => JSON.parse(line))).toEqual([
      { ts: 5, request: 1, url: "http://127.0.0.1/v1/chat", event: { a: 1 } },
      { ts: 5, request: 1, url: "http://127.0.0.1/v1/chat", event: "[DONE]" },
    ]);
    expect(lines.join("")).not.toContain("secret");
  });

  it("writes other answers whole", async () => {
    const { lines, recorded } = recorder(Response.json({ error: "no" }, { status: 401 }));
    expect((await recorded("http://h/x")).status).toBe(401);
    const again = recorder(Response.json({ error: "no" }, { status: 401 }));
    await (await again.recorded("http://h/x")).json();
    expect(JSON.parse(again.lines[0] ?? "")).toMatchObject({ status: 401, body: { error: "no" } });
    expect(lines).toEqual([]);
  });
});

describe("rawStreamPath", () => {
  it("is off unless asked for and has a place of its own", () => {
    expect(rawStreamPath({}, "/state")).toBeUndefined();
    expect(rawStreamPath({ OPENCLAW_RAW_STREAM: "0" }, "/state")).toBeUndefined();
    expect(rawStreamPath({ OPENCLAW_RAW_STREAM: "1" }, "/state")).toBe("/state/logs/raw-stream.jsonl");
    expect(rawStreamPath({ OPENCLAW_RAW_STREAM: "1", OPENCLAW_RAW_STREAM_PATH: "/x" }, "/state")).toBe("/x");
  });
});
