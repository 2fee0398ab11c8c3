import { z } from "zod";
import { method } from "../contract.ts";
import { anything, integer, lenient, open } from "../fields.ts";

export const browserMethods = {
  "browser.request": method("browser.request", {
    scope: "operator.write",
    open: true,
    params: () =>
      open({
        method: z.enum(["GET", "POST", "DELETE"]),
        path: z.string().regex(/\S/),
        query: lenient(z.record(z.string(), anything())),
        body: anything().optional(),
        timeoutMs: lenient(integer(1)),
      }),
    refusal: requestRefusal,
    // The body of the browser control's answer.
    result: anything,
  }),
};

function requestRefusal(params: unknown): string {
  const { method: verb, path }: { method?: unknown; path?: unknown } =
    typeof params === "object" && params !== null ? params : {};
  const missing = [verb, path].some((value) => typeof value !== "string" || value.trim() === "");
  return missing ? "method and path are required" : "method must be GET, POST, or DELETE";
}
