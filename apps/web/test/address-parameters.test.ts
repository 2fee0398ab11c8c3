import { describe, expect, it } from "vitest";
import { otherGatewayPage, readAddress } from "../src/boot/address-parameters.ts";

const read = (address: string) => {
  const { parameters, cleaned } = readAddress(new URL(address));
  return { ...parameters, cleaned: cleaned.href };
};

describe("readAddress", () => {
  it("takes the token from the fragment and removes it", () => {
    expect(read("http://127.0.0.1:18789/chat#token=abc")).toEqual({
      token: "abc",
      secretInQuery: false,
      cleaned: "http://127.0.0.1:18789/chat",
    });
  });

  it("removes a token from the query without using it, and says so", () => {
    expect(read("http://h/?token=abc&x=1")).toEqual({ secretInQuery: true, cleaned: "http://h/?x=1" });
    expect(read("http://h/?password=p#token=abc")).toEqual({ secretInQuery: true, token: "abc", cleaned: "http://h/" });
  });

  it("keeps the session in the query, wherever it was", () => {
    expect(read("http://h/#token=t&session=agent:main:x")).toEqual({
      token: "t",
      session: "agent:main:x",
      secretInQuery: false,
      cleaned: "http://h/?session=agent%3Amain%3Ax",
    });
    expect(read("http://h/?session=main").cleaned).toBe("http://h/?session=main");
  });

  it("removes another Gateway's address and reports it", () => {
    expect(read("http://h/?gatewayUrl=wss://x")).toEqual({
      gatewayUrl: "wss://x",
      secretInQuery: false,
      cleaned: "http://h/",
    });
    expect(read("http://h/#gatewayUrl=wss://x&password=p").password).toBe("p");
  });

  it("leaves other addresses alone", () => {
    for (const address of ["http://h/", "http://h/chat?x=1", "http://h/chat#top", "http://h/#a=b"])
      expect(read(address).cleaned).toBe(address);
    expect(read("http://h/#token=")).toEqual({ secretInQuery: false, cleaned: "http://h/" });
  });
});

describe("otherGatewayPage", () => {
  const page = { host: "127.0.0.1:18789" };
  it("is the web address of the named Gateway", () => {
    expect(otherGatewayPage("wss://other.example/claw", page)).toBe("https://other.example/claw/");
    expect(otherGatewayPage("ws://10.0.0.2:18789", page)).toBe("http://10.0.0.2:18789/");
  });
  it("is nothing for this Gateway and for what is no Gateway's address", () => {
    for (const text of ["ws://127.0.0.1:18789/", "nonsense", "javascript:alert(1)", "file:///etc/passwd", ""]) {
      expect(otherGatewayPage(text, page)).toBeUndefined();
    }
  });
});
