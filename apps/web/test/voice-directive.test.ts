import { expect, it } from "vitest";
import { historyTurns } from "../src/chat/history-turns.ts";
import { withoutVoiceDirective } from "../src/chat/voice-directive.ts";

it("the line that tells devices how to speak an answer is not shown", () => {
  expect(withoutVoiceDirective('{"voice":"Clawd","once":true}\nHello there.')).toBe("Hello there.");
  expect(withoutVoiceDirective('\n {"rate": 180, "unheard_of": 1} \r\n\n  Hello\nthere.')).toBe("  Hello\nthere.");
  const content = [{ type: "text" as const, text: '{"voice_id":"abc"}\nHello there.' }];
  expect(historyTurns([{ role: "assistant", content, timestamp: 1 }])).toMatchObject([
    { parts: [{ kind: "text", text: "Hello there." }] },
  ]);
});

it.each([
  ["an object without known keys", '{"a":1}\nHello'],
  ["what is no JSON", "{voice}\nHello"],
  ["a list", '["voice"]\nHello'],
  ["a later line", 'Hello\n{"voice":"Clawd"}\nthere'],
  ["an answer that is nothing but JSON", '{"model":"x","speed":2}\n'],
  ["JSON over several lines", '{\n"voice":"x"\n}\nHello'],
])("%s is part of the answer", (_, text) => {
  expect(withoutVoiceDirective(text)).toBe(text);
});
