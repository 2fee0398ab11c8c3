/** A failure the person at the terminal can act on: what happened, and what to do about it. */
export class LaunchError extends Error {
  constructor(message, remedy) {
    super(message);
    this.name = "LaunchError";
    this.remedy = remedy;
  }
}
