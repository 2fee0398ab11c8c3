import assert from "node:assert/strict";
import { z } from "zod";

const request = z.object({
  messages: z.array(
    z.object({
      role: z.enum(["system", "user", "assistant", "tool"]),
      tool_calls: z.array(z.object({ id: z.string() })).optional(),
      tool_call_id: z.string().optional(),
    }),
  ),
});

/**
 * Checks requests for chat completions as strict providers do: the system prompt stands first and alone, then a user
 * begins, no two user messages stand in a row, and each call is followed by its one result.
 * @throws AssertionError
 */
export function checkRequests(bodies: readonly Record<string, unknown>[]): void {
  for (const [index, body] of bodies.entries()) {
    const { messages } = request.parse(body);
    const problem = problemOf(messages.slice(messages[0]?.role === "system" ? 1 : 0));
    assert.equal(problem, undefined, `request ${index + 1}: ${problem}: ${JSON.stringify(messages)}`);
  }
}

function problemOf(messages: z.infer<typeof request>["messages"]): string | undefined {
  if (messages[0]?.role !== "user") return "it does not begin with a user message";
  const open = new Set<string>();
  const known = new Set<string>();
  for (const [at, message] of messages.entries()) {
    const { role, tool_call_id: answers = "", tool_calls: calls = [] } = message;
    if (role === "tool") {
      if (!open.delete(answers)) return `a result without a call at ${at}`;
      continue;
    }
    if (open.size > 0) return `a call without a result before ${at}`;
    if (role === "system") return `a system message at ${at}`;
    if (role === "user" && messages[at - 1]?.role === "user") return `two user messages in a row at ${at}`;
    for (const { id } of calls) {
      if (known.has(id)) return `the id of a call is used again at ${at}`;
      known.add(id);
      open.add(id);
    }
  }
  return open.size > 0 ? "a call without a result at the end" : undefined;
}
