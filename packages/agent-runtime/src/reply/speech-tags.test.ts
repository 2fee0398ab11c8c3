import { expect, test } from "vitest";
import { shapeLive, shapeReply } from "./shape-reply.ts";
import { takeSpeechTags } from "./speech-tags.ts";

test.each([
  [
    "[[tts:provider=openai voice=nova seed=-1]]Hi there, friend",
    "Hi there, friend",
    ["provider=openai voice=nova seed=-1"],
  ],
  ["Hello [[tts]] you", "Hello you", [""]],
  ["One [[TTS: speed=1 ]]two[[tts:speed=2]]", "One two", ["speed=1", "speed=2"]],
])("%j shows %j", (text, shown, directives) => {
  expect(takeSpeechTags(text)).toEqual({ text: shown, speech: { directives } });
});

test("what is only to be spoken is not shown", () => {
  expect(takeSpeechTags("Here it is. [[tts:text]](laughs) Here![[/tts:text]]")).toEqual({
    text: "Here it is.",
    speech: { directives: [], text: "(laughs) Here!" },
  });
  expect(takeSpeechTags("Here it is. [[tts:text]]never closed")).toEqual({
    text: "Here it is. never closed",
    speech: { directives: [] },
  });
});

test("code and other double brackets are left alone", () => {
  for (const text of ["`[[tts]]` is a tag", "```\n[[tts:voice=nova]]\n```", "[[link]] and [[ttsx]]"]) {
    expect(takeSpeechTags(text)).toEqual({ text });
  }
});

const media = () => undefined;

test("a reply keeps how it is to be spoken, also where nothing of it is shown", () => {
  expect(shapeReply("[[tts:voice=nova]]Hi", { media })).toEqual({ text: "Hi", speech: { directives: ["voice=nova"] } });
  expect(shapeReply("[[tts:text]]Hi[[/tts:text]]", { media })).toEqual({ speech: { directives: [], text: "Hi" } });
  expect(shapeReply("[[tts]]", { media })).toBeUndefined();
});

test("no part of a directive is shown while it is written", () => {
  const whole = "Well [[tts:voice=nova]] said [[tts:text]]aloud[[/tts:text]] here";
  for (let end = 1; end <= whole.length; end += 1) {
    const { text } = shapeLive(whole.slice(0, end), { media });
    expect("Well said here".startsWith(text.trimEnd()), `${end}: ${text}`).toBe(true);
  }
});
