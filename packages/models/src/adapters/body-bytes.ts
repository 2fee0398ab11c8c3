import type { LanguageModelV4CallOptions } from "@ai-sdk/provider";
import type { RequestBody } from "./model-request.ts";
import type { WireMessage } from "./openai-body.ts";

/** Writes a request body as the bytes that are sent. `tools` are the ones the body's were made from. */
export type BodyBytes = (body: RequestBody, tools: LanguageModelV4CallOptions["tools"]) => Uint8Array<ArrayBuffer>;

/**
 * Writes the bodies of one model's requests. Of a request, the tools and the system prompt are the largest part by far,
 * and each step of a turn sends them again as they were: their bytes are kept from one request to the next.
 */
export function createBodyBytes(): BodyBytes {
  const toolBytes = new WeakMap<object, Buffer>();
  let system: { role: unknown; content: string; bytes: Buffer } | undefined;

  const ofTools = (wire: unknown, tools: LanguageModelV4CallOptions["tools"]): Buffer => {
    if (tools === undefined || wire === undefined) return nothing;
    const known = toolBytes.get(tools);
    if (known !== undefined) return known;
    const bytes = Buffer.from(`"tools":${JSON.stringify(wire)},`);
    toolBytes.set(tools, bytes);
    return bytes;
  };
  const ofSystem = (message: WireMessage | undefined): Buffer | undefined => {
    if (message === undefined || (message.role !== "system" && message.role !== "developer")) return undefined;
    const { role, content } = message;
    if (typeof content !== "string") return undefined;
    if (system?.role !== role || system.content !== content) {
      system = { role, content, bytes: Buffer.from(JSON.stringify(message)) };
    }
    return system.bytes;
  };

  return ({ tools: wireTools, messages, ...fields }, tools) => {
    const [first, ...others] = Array.isArray(messages) ? messages : [];
    const prompt = ofSystem(first);
    const rest = JSON.stringify(prompt === undefined ? messages : others).slice(1);
    const separator = prompt === undefined || others.length === 0 ? "" : ",";
    return Buffer.concat([
      opening,
      ofTools(wireTools, tools),
      messagesOpening,
      prompt ?? nothing,
      Buffer.from(`${separator}${rest},${JSON.stringify(fields).slice(1)}`),
    ]);
  };
}

const nothing = Buffer.alloc(0);
const opening = Buffer.from("{");
const messagesOpening = Buffer.from('"messages":[');
