import { randomUUID } from "node:crypto";
import { writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** What a node's camera, screen or canvas was asked for. */
export type NodeMediaKind = "camera-snap" | "camera-clip" | "canvas-snapshot" | "screen-record";

export interface NodeMediaFile {
  path: string;
  /** `jpg`, `png`, `mp4` … */
  format: string;
  /** The file's content. */
  base64: string;
  /** What the node said beside, such as width and height. */
  details: Record<string, unknown>;
}

/**
 * Keeps the picture or film a node has answered with, readable by the owner alone.
 * @param options.facing which camera it is from, for the name
 * @param options.path where it goes instead of the system's folder for temporary files
 * @throws Error when the answer holds no media
 */
export async function saveNodeMedia(
  kind: NodeMediaKind,
  payload: unknown,
  options: { facing?: string; path?: string | undefined } = {},
): Promise<NodeMediaFile> {
  const { format, base64, ...details } = (typeof payload === "object" && payload !== null ? payload : {}) as Record<
    string,
    unknown
  >;
  if (typeof base64 !== "string" || base64 === "" || typeof format !== "string") {
    throw new Error(
      `the node's answer holds no ${kind === "camera-snap" || kind === "canvas-snapshot" ? "picture" : "film"}`,
    );
  }
  const ending =
    format
      .toLowerCase()
      .replace("jpeg", "jpg")
      .replaceAll(/[^a-z0-9]/g, "") || "bin";
  const name = ["openclaw", kind, ...(options.facing ? [options.facing] : []), `${randomUUID()}.${ending}`].join("-");
  const path = options.path ?? join(tmpdir(), name);
  await writeFile(path, Buffer.from(base64, "base64"), { mode: 0o600 });
  return { path, format: ending, base64, details };
}
