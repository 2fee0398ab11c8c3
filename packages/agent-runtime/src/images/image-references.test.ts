import { expect, test } from "vitest";
import { imageReferences } from "./image-references.ts";

test.each([
  ["[media attached: /m/in/a b.jpg (image/jpeg) | https://x.example/a.jpg]\nlook", ["/m/in/a b.jpg"]],
  [
    "[media attached: 2 files]\n[media attached 1/2: /m/1 (image/png)]\n[media attached 2/2: /m/2.pdf (application/pdf)]",
    ["/m/1"],
  ],
  ["[media attached: /m/a.png]", ["/m/a.png"]],
  ["see [Image: source: ./shots/one.webp] and file:///tmp/two%20x.png.", ["./shots/one.webp", "/tmp/two x.png"]],
  ["/a/b.png, ./c.jpeg and ../d.GIF or ~/e.heic!", ["/a/b.png", "./c.jpeg", "../d.GIF", "~/e.heic"]],
  ["twice /a.png and '/a.png' and (/b.png)", ["/a.png", "/b.png"]],
  ["https://x.example/a.png //x/y.txt a/b.png [media attached: https://x.example/a.png] file://remote/a.png", []],
  ["/a.png.txt /etc/passwd plain words", []],
])("%s names %j", (text, expected) => {
  expect(imageReferences(text)).toEqual(expected);
});

test("a long text without end is looked through once", () => {
  for (const piece of ["/a", "[media attached: ", "file://", "./.png", "(/"]) imageReferences(piece.repeat(100_000));
});
