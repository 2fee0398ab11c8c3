import { expect, test } from "vitest";
import { takeReplyTags } from "./reply-tags.ts";
import { takeSpeechTags } from "./speech-tags.ts";

test.each([
  ["a [[tag]] b", "a b"],
  ["Hello[[tag]] you", "Hello you"],
  ["Hello [[tag]]you", "Hello you"],
  ["[[tag]] Hello", "Hello"],
  ["Hello [[tag]]", "Hello"],
  ["Hello [[tag]].", "Hello."],
  ["a [[tag]][[tag]] b", "a b"],
  ["one\n[[tag]] two", "one\ntwo"],
])("%j without its tag is %j", (text, left) => {
  expect(takeReplyTags(text.replaceAll("[[tag]]", "[[reply_to_current]]")).text).toBe(left);
  expect(takeSpeechTags(text.replaceAll("[[tag]]", "[[tts:voice=x]]")).text).toBe(left);
});
