import { z } from "zod";
import { invalidRequest } from "../methods/handler.ts";
import type { Attachment } from "./inbound.ts";

/** An attachment as clients send it: `content` is base64 or a data URL. Some methods take a list of anything. */
const sentAttachment = z.looseObject({
  type: z.string().optional().catch(undefined),
  mimeType: z.string().optional().catch(undefined),
  fileName: z.string().optional().catch(undefined),
  content: z.unknown(),
});

/**
 * Decodes what a client attached and puts it into `<state>/media/inbound/`, so that journal and prompt refer to files.
 * The type is taken from the bytes, then from the name, then from what the client says.
 * @throws RequestError naming the attachment that is too large or not base64
 */
export async function storeAttachments(
  sent: readonly unknown[],
  options: { stateDir: string; maxBytes: number },
): Promise<Attachment[]> {
  const stored: Attachment[] = [];
  for (const [index, given] of sent.entries()) {
    const parsed = sentAttachment.safeParse(given);
    if (!parsed.success) throw invalidRequest(`Error: attachment attachment-${index + 1}: must be an object`);
    const item = parsed.data;
    const label = item.fileName || item.type || `attachment-${index + 1}`;
    if (item.content === undefined || item.content === "") continue;
    if (typeof item.content !== "string")
      throw invalidRequest(`Error: attachment ${label}: content must be base64 string`);
    const { bytes, declared } = decode(item.content, label, options.maxBytes);
    if (bytes.length === 0) continue;
    const { createMediaStore } = await import("@openclaw/media");
    const store = createMediaStore({ stateDir: options.stateDir });
    const { path, mimeType } = await store.save(bytes, {
      fileName: item.fileName,
      mimeType: declared ?? item.mimeType,
      maxBytes: options.maxBytes,
    });
    stored.push({ path, mimeType, ...(item.fileName ? { fileName: item.fileName } : {}) });
  }
  return stored;
}

function decode(content: string, label: string, maxBytes: number): { bytes: Buffer; declared?: string } {
  const url = /^data:([^;,]*)(?:;[^,]*)?,/.exec(content);
  const base64 = url ? content.slice(url[0].length) : content;
  if (base64.length % 4 !== 0 || !/^[A-Za-z0-9+/]*={0,2}$/.test(base64)) {
    throw invalidRequest(`Error: attachment ${label}: invalid base64 content`);
  }
  const size = (base64.length / 4) * 3 - (base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0);
  if (size > maxBytes)
    throw invalidRequest(`Error: attachment ${label}: exceeds size limit (${size} > ${maxBytes} bytes)`);
  return { bytes: Buffer.from(base64, "base64"), ...(url?.[1] ? { declared: url[1] } : {}) };
}
