import { inspect } from "node:util";

/**
 * The library below the library prints whole sessions, private keys among them, to the console whenever it opens or closes
 * one. From here on its sessions show nothing of themselves when they are printed.
 */
export async function hideSessionKeys(): Promise<void> {
  const { SessionRecord } = await import("libsignal");
  const createEntry: unknown = Reflect.get(SessionRecord, "createEntry");
  const entry: unknown = typeof createEntry === "function" ? Reflect.apply(createEntry, SessionRecord, []) : undefined;
  const shape: unknown = typeof entry === "object" && entry !== null ? Object.getPrototypeOf(entry) : undefined;
  if (typeof shape !== "object" || shape === null || shape === Object.prototype) {
    throw new Error("libsignal has another form than expected: its sessions would be printed with their keys");
  }
  if (!Object.hasOwn(shape, inspect.custom)) Object.defineProperty(shape, inspect.custom, { value: () => "<session>" });
}
