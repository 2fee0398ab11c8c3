/** Why something could not be done with a file. */
export type MediaErrorCode =
  /** Larger than the limit. */
  | "too-large"
  /** The address could not be read. */
  | "download-failed"
  /** The answer was a web page where a file was expected. */
  | "not-media"
  /** No smaller version of the image fits. */
  | "not-reducible"
  /** Broken, locked, or made to keep its reader busy. */
  | "unreadable";

/** A file that cannot be stored, fetched or sent. The message is written for people. */
export class MediaError extends Error {
  override readonly name = "MediaError";
  readonly code: MediaErrorCode;

  constructor(code: MediaErrorCode, message: string, options?: ErrorOptions) {
    super(message, options);
    this.code = code;
  }
}

const megabyte = 1024 * 1024;

/** A limit as people read it, in MB without needless decimals: `5`, `0.5`. */
export function limitInMb(bytes: number): string {
  return String(Math.round((bytes / megabyte) * 100) / 100);
}

/** A size as people read it, in MB with two decimals: `20.00`. */
export function sizeInMb(bytes: number): string {
  return (bytes / megabyte).toFixed(2);
}

/** For what is larger than it may be, by how much nobody knows. */
export function tooLarge(maxBytes: number): MediaError {
  return new MediaError("too-large", `Media exceeds ${limitInMb(maxBytes)}MB limit`);
}
