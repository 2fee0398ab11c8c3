const brokenPipeCodes = new Set(["EPIPE", "EIO", "ECONNRESET", "ERR_STREAM_DESTROYED", "ERR_STREAM_WRITE_AFTER_END"]);

/** True for the errors of a stream whose reader went away: a closed pipe (`| head`), a terminal that was shut. */
export function isBrokenPipe(error: unknown): boolean {
  return error instanceof Error && "code" in error && typeof error.code === "string" && brokenPipeCodes.has(error.code);
}

/**
 * Keeps a closed pipe from ending the process: call it once for `process.stdout` and `process.stderr`. Other errors are
 * thrown as before, unless something else listens for them. Calling it again for the same stream changes nothing.
 */
export function ignoreBrokenPipe(stream: NodeJS.WritableStream): void {
  if (!stream.listeners("error").includes(passOtherErrors)) stream.on("error", passOtherErrors);
}

function passOtherErrors(this: NodeJS.WritableStream, error: Error): void {
  if (!isBrokenPipe(error) && this.listenerCount("error") === 1) throw error;
}
