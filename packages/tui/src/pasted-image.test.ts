import { expect, it } from "vitest";
import { imagePathOf } from "./pasted-image.ts";

const places = { home: "/home/ada", cwd: "/work" };

it.each([
  ["/tmp/a.png", "/tmp/a.png"],
  [" '/tmp/two words.JPG' ", "/tmp/two words.JPG"],
  ["/tmp/two\\ words.webp", "/tmp/two words.webp"],
  ["~/Pictures/a.gif", "/home/ada/Pictures/a.gif"],
  ["./a.jpeg", "/work/a.jpeg"],
  ["file:///tmp/two%20words.png", "/tmp/two words.png"],
])("reads %s as the path of an image", (pasted, path) => {
  expect(imagePathOf(pasted, places)).toBe(path);
});

it.each(["look at /tmp/a.png", "/tmp/a.txt", "a.png", "/tmp/a.png\n/tmp/b.png", ""])("leaves %j as text", (pasted) => {
  expect(imagePathOf(pasted, places)).toBeUndefined();
});
