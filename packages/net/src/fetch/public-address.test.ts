import fc from "fast-check";
import { expect, test } from "vitest";
import { isMetadataAddress, isPublicAddress } from "../index.ts";

test.each(["8.8.8.8", "93.184.216.34", "2606:4700::1111", "[2a00:1450::1]", "::ffff:8.8.8.8", "64:ff9b::808:808"])(
  "%s is public",
  (address) => {
    expect(isPublicAddress(address)).toBe(true);
  },
);

test.each(
  `0.0.0.0 10.1.2.3 100.64.0.1 100.100.100.200 127.0.0.1 169.254.1.1 172.16.0.1 172.31.255.255 192.0.2.1 192.168.0.1
   198.18.0.1 224.0.0.1 240.0.0.1 255.255.255.255 168.63.129.16 :: ::1 fe80::1 fe80::1%eth0 fec0::1 fc00::1 fd12::1 ff02::1
   ::ffff:7f00:1 ::ffff:192.168.0.1 ::10.0.0.1 64:ff9b::7f00:1 64:ff9b:1::1 2002:7f00:1:: 2001::1 2001:db8::1 1::1 100::1
   example.com 1.2.3 2130706433 010.0.0.1`.split(/\s+/),
)("%s is not public", (address) => {
  expect(isPublicAddress(address)).toBe(false);
});

const octet = fc.integer({ min: 0, max: 255 });
const privateRanges = fc.oneof(
  fc.tuple(fc.constantFrom(0, 10, 127), octet, octet, octet),
  fc.tuple(fc.constant(169), fc.constant(254), octet, octet),
  fc.tuple(fc.constant(172), fc.integer({ min: 16, max: 31 }), octet, octet),
  fc.tuple(fc.constant(192), fc.constant(168), octet, octet),
  fc.tuple(fc.constant(100), fc.integer({ min: 64, max: 127 }), octet, octet),
);

test("no spelling of a private IPv4 address in a URL is public", () => {
  const spellings = (parts: number[]) => {
    const [a = 0, b = 0, c = 0, d = 0] = parts;
    const whole = ((a * 256 + b) * 256 + c) * 256 + d;
    const hex = (value: number) => value.toString(16).padStart(2, "0");
    const tail = `${hex(a)}${hex(b)}:${hex(c)}${hex(d)}`;
    return [
      `${whole}`,
      `0x${whole.toString(16)}`,
      `0${whole.toString(8)}`,
      `${a}.${b * 65536 + c * 256 + d}`,
      `${a}.${b}.${c * 256 + d}`,
      parts.map((part) => `0${part.toString(8)}`).join("."),
      parts.map((part) => `0x${part.toString(16)}`).join("."),
      `[::ffff:${parts.join(".")}]`,
      `[::ffff:${tail}]`,
      `[::${tail}]`,
      `[64:ff9b::${tail}]`,
    ];
  };
  fc.assert(
    fc.property(privateRanges, (parts) => {
      for (const spelling of spellings(parts)) {
        expect(isPublicAddress(new URL(`http://${spelling}/`).hostname), spelling).toBe(false);
      }
    }),
  );
});

test("whatever the text, it is not public unless it is an address of the public ranges, and never metadata", () => {
  fc.assert(
    fc.property(fc.oneof(fc.string(), fc.ipV4(), fc.ipV6(), fc.ipV4Extended()), (text) => {
      if (isPublicAddress(text)) expect(isMetadataAddress(text)).toBe(false);
    }),
  );
});
